// Checks a log that lies in a folder with the Go authors' own packages for transparency logs, of which nothing is
// ours: the signature of the checkpoint, every entry against its leaf, every tile against the root, the growth from
// half its size and from an earlier checkpoint, and proofs of sampled entries. It names the first thing that is wrong.
//
//	independent-verify LOG KEY [EARLIER_CHECKPOINT]
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height, width = 8, 256

// folder reads tiles of a log in the layout of C2SP, which leaves out the height of tiles.
type folder string

func (f folder) Height() int                         { return height }
func (f folder) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		bytes, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		if len(bytes) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes, not %d hashes", path, len(bytes), tile.W)
		}
		all = append(all, bytes)
	}
	return all, nil
}

func must[T any](value T, err error) func(what string, arguments ...any) T {
	return func(what string, arguments ...any) T {
		if err != nil {
			refuse("%s: %v", fmt.Sprintf(what, arguments...), err)
		}
		return value
	}
}

func refuse(what string, arguments ...any) {
	fmt.Fprintf(os.Stderr, "refused: "+what+"\n", arguments...)
	os.Exit(1)
}

// checkpoint opens a signed checkpoint and reads the tree out of it.
func checkpoint(path, key string) (string, tlog.Tree) {
	verifier := must(note.NewVerifier(key))("the key")
	opened := must(note.Open(must(os.ReadFile(path))("the checkpoint"), note.VerifierList(verifier)))("the checkpoint %s", path)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 {
		refuse("the checkpoint %s has too few lines", path)
	}
	size := must(strconv.ParseInt(lines[1], 10, 64))("the size in %s", path)
	return lines[0], tlog.Tree{N: size, Hash: must(tlog.ParseHash(lines[2]))("the root in %s", path)}
}

// entries checks one bundle of entries against its leaves, which the reader checks against the root.
func entries(log folder, hashes tlog.HashReader, index, size int64) {
	tile := tlog.Tile{H: height, L: -1, N: index, W: int(min(width, size-index*width))}
	path := "tile/entries/" + strings.TrimPrefix(tile.Path(), "tile/8/data/")
	rest := must(os.ReadFile(filepath.Join(string(log), path)))("the entries")
	var leaves []int64
	for at := range tile.W {
		leaves = append(leaves, tlog.StoredHashIndex(0, index*width+int64(at)))
	}
	expected := must(hashes.ReadHashes(leaves))("the leaves of %s", path)
	for at := range tile.W {
		if len(rest) < 2 || len(rest)-2 < int(binary.BigEndian.Uint16(rest)) {
			refuse("%s ends within entry %d", path, at)
		}
		end := 2 + int(binary.BigEndian.Uint16(rest))
		if tlog.RecordHash(rest[2:end]) != expected[at] {
			refuse("entry %d of the log, in %s, is not the one in the tree", index*width+int64(at), path)
		}
		rest = rest[end:]
	}
	if len(rest) > 0 {
		refuse("%s has %d bytes after its last entry", path, len(rest))
	}
}

// grows checks that the tree begins with the older one.
func grows(hashes tlog.HashReader, tree, old tlog.Tree) int {
	if old.N > tree.N {
		refuse("the log has shrunk from %d entries to %d", old.N, tree.N)
	}
	if old.N == 0 {
		return 0
	}
	proof := must(tlog.ProveTree(tree.N, old.N, hashes))("the proof of growth from %d entries", old.N)
	must(0, tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash))("the growth from %d entries", old.N)
	return len(proof)
}

func main() {
	if len(os.Args) != 3 && len(os.Args) != 4 {
		refuse("this takes a log, a key and perhaps an earlier checkpoint")
	}
	log := folder(os.Args[1])
	origin, tree := checkpoint(filepath.Join(string(log), "checkpoint"), os.Args[2])
	hashes := tlog.TileHashReader(tree, log)
	if len(os.Args) == 4 {
		earlierOrigin, old := checkpoint(os.Args[3], os.Args[2])
		if earlierOrigin != origin {
			refuse("the earlier checkpoint is of the log %q, not of %q", earlierOrigin, origin)
		}
		grows(hashes, tree, old)
	}
	for index := int64(0); index*width < tree.N; index++ {
		entries(log, hashes, index, tree.N)
	}
	if root := must(tlog.TreeHash(tree.N, hashes))("the root"); root != tree.Hash {
		refuse("the root of the tiles is %v, that of the checkpoint %v", root, tree.Hash)
	}
	half := tree.N / 2
	steps := grows(hashes, tree, tlog.Tree{N: half, Hash: must(tlog.TreeHash(half, hashes))("the tree of %d entries", half)})
	sampled := 0
	for index := int64(0); index < tree.N; index += max(1, tree.N/64) {
		leaf := must(hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, index)}))("the leaf %d", index)[0]
		proof := must(tlog.ProveRecord(tree.N, index, hashes))("the proof of entry %d", index)
		must(0, tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf))("entry %d", index)
		sampled++
	}
	fmt.Printf("accepted: %s, %d entries, growth from %d in %d hashes, %d entries proved\n", origin, tree.N, half, steps, sampled)
}

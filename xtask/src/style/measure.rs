//! Lengths read off the parsed source: of files, of their inline tests, of functions.

use std::collections::BTreeSet;

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItemFn, Item, ItemFn, Meta, Signature, TraitItemFn};

use crate::workspace::TextFile;

/// Folders and file stems that hold tests only.
const TEST_PLACES: &[&str] = &["tests", "benches", "fuzz_targets"];

/// What was measured in one file.
#[derive(Debug)]
pub struct FileMeasure {
    /// Path from the root of the repository.
    pub path: String,
    /// All lines.
    pub lines: usize,
    /// Lines of inline tests.
    pub test_lines: usize,
    /// Every function with a body.
    pub functions: Vec<FunctionMeasure>,
    /// Names of modules that are compiled for tests only and live in files of their own.
    test_modules: Vec<String>,
}

/// One function with a body.
#[derive(Debug)]
pub struct FunctionMeasure {
    /// Its name, without its module or type.
    pub name: String,
    /// Where its signature begins, counted from 1.
    pub line: usize,
    /// Lines from its signature to its closing brace, both included.
    pub lines: usize,
    /// Whether it is compiled for tests only.
    pub in_tests: bool,
}

impl FileMeasure {
    /// Lines without the inline tests.
    #[must_use]
    pub fn own_lines(&self) -> usize {
        self.lines.saturating_sub(self.test_lines)
    }

    /// Whether the file lies where tests lie.
    pub(super) fn is_test_by_place(&self) -> bool {
        stem(&self.path)
            .split('/')
            .any(|part| TEST_PLACES.contains(&part))
    }

    /// Path stems of the modules that this file declares for tests only.
    pub(super) fn test_module_stems(&self) -> Vec<String> {
        let own = stem(&self.path);
        let (folder, name) = own.rsplit_once('/').unwrap_or(("", own));
        let folder = if ["lib", "main", "mod"].contains(&name) {
            folder
        } else {
            own
        };
        self.test_modules
            .iter()
            .map(|module| format!("{folder}/{module}"))
            .collect()
    }

    /// Whether this file is one of these modules or lies below one.
    pub(super) fn is_one_of(&self, modules: &BTreeSet<String>) -> bool {
        let mut place = stem(&self.path);
        loop {
            if modules.contains(place) {
                return true;
            }
            let Some((above, _)) = place.rsplit_once('/') else {
                return false;
            };
            place = above;
        }
    }
}

fn stem(path: &str) -> &str {
    path.strip_suffix(".rs").unwrap_or(path)
}

/// Parses and measures one file.
pub(super) fn measure(file: &TextFile) -> syn::Result<FileMeasure> {
    let parsed = syn::parse_file(&file.text)?;
    let mut measuring = Measuring::default();
    measuring.visit_file(&parsed);
    Ok(FileMeasure {
        path: file.path.clone(),
        lines: file.text.lines().count(),
        test_lines: measuring.test_lines,
        functions: measuring.functions,
        test_modules: measuring.test_modules,
    })
}

#[derive(Default)]
struct Measuring {
    in_tests: bool,
    test_lines: usize,
    functions: Vec<FunctionMeasure>,
    test_modules: Vec<String>,
}

impl Measuring {
    /// Runs `visit` over a node, and counts the node's lines when it is the outermost one for tests.
    fn within(&mut self, attributes: &[Attribute], whole: Span, visit: impl FnOnce(&mut Self)) {
        let enters = !self.in_tests && attributes.iter().any(is_for_tests);
        if enters {
            self.test_lines += lines_of(whole);
        }
        self.in_tests |= enters;
        visit(self);
        self.in_tests &= !enters;
    }

    fn add_function(&mut self, signature: &Signature, body: Span) {
        let line = signature.span().start().line;
        self.functions.push(FunctionMeasure {
            name: signature.ident.to_string(),
            line,
            lines: (body.end().line + 1).saturating_sub(line),
            in_tests: self.in_tests,
        });
    }
}

impl<'ast> Visit<'ast> for Measuring {
    fn visit_item(&mut self, item: &'ast Item) {
        self.within(attributes_of(item), item.span(), |this| {
            if let Item::Mod(module) = item
                && module.content.is_none()
                && this.in_tests
            {
                this.test_modules.push(module.ident.to_string());
            }
            visit::visit_item(this, item);
        });
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.add_function(&function.sig, function.block.span());
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.within(&function.attrs, function.span(), |this| {
            this.add_function(&function.sig, function.block.span());
            visit::visit_impl_item_fn(this, function);
        });
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(body) = &function.default {
            self.add_function(&function.sig, body.span());
        }
        visit::visit_trait_item_fn(self, function);
    }
}

fn lines_of(span: Span) -> usize {
    (span.end().line + 1).saturating_sub(span.start().line)
}

/// `#[test]` and its relatives (`#[tokio::test]`), and `#[cfg(test)]`, alone or with other conditions.
fn is_for_tests(attribute: &Attribute) -> bool {
    if let Meta::List(list) = &attribute.meta
        && list.path.is_ident("cfg")
    {
        let condition = list.tokens.to_string();
        let has = |word: &str| {
            condition
                .split(|c: char| !c.is_alphanumeric())
                .any(|part| part == word)
        };
        return has("test") && !has("not");
    }
    attribute
        .path()
        .segments
        .last()
        .is_some_and(|last| last.ident == "test")
}

fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

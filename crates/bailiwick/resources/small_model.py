"""Serves one small model on a free loopback port, on one thread: small_model.py WEIGHTS NAME

Prints `listening HOST:PORT` once it answers, and ends when its standard input is closed, so that it cannot outlive the
program that started it.
"""

import sys
import time
import urllib.error
import urllib.request

import xllamacpp

weights, name = sys.argv[1:]
params = xllamacpp.CommonParams()
params.model.path = weights
params.model_alias = {name}
params.hostnames = ["127.0.0.1"]
params.port = 0
params.n_ctx = 2048
params.n_parallel = 1
params.use_jinja = True
params.warmup = False
params.n_threads_http = 2
# A second thread only makes a busy machine spin.
for threads in (params.cpuparams, params.cpuparams_batch):
    threads.n_threads = 1

server = xllamacpp.Server(params)
address = server.listening_address.removeprefix("http://")
# Straight to this machine, whatever proxy the environment names.
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
while True:
    try:
        direct.open(f"http://{address}/health", timeout=5).close()
        break
    except (urllib.error.URLError, OSError):
        time.sleep(0.1)
print("listening", address, flush=True)
sys.stdin.read()

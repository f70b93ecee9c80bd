"""campaign-runner: from a spreadsheet of reward recipients to rewards that arrived, and books that close."""

import os

__version__ = "0.2.0"

# Two libraries start a thread when they are imported, and a process is forked before there are threads
# (`intake/fork_server.py`). Neither is missed: no matrices are multiplied, and memory is given back by `trim_memory`.
for _name, _value in {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}.items():
    os.environ.setdefault(_name, _value)

"""Any module can be imported first: no module needs, while it is loaded, one that needs it."""

from __future__ import annotations

from graphlib import TopologicalSorter
from pathlib import Path

from grimp import ImportGraph, build_graph

import campaign_runner

HERE = Path(campaign_runner.__file__).parents[1]


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = build_graph("campaign_runner", cache_dir=None, exclude_type_checking_imports=True)
    needed = {module: needed_at_once(graph, module) for module in graph.modules}
    assert len(needed) > 500
    assert needed["campaign_runner.app.check"] >= {"campaign_runner.planning", "campaign_runner.app.runtime"}
    assert "campaign_runner.ledger.engine" not in needed["campaign_runner.app.jobs"]
    TopologicalSorter(needed).prepare()  # raises CycleError, which names the circle


def needed_at_once(graph: ImportGraph, module: str) -> set[str]:
    """What is imported while the module is loaded: not by its functions, whose imports are indented."""
    path = HERE / module.replace(".", "/")
    file = next(file for file in (path.with_suffix(".py"), path / "__init__.py") if file.exists())
    lines = file.read_text("utf-8").splitlines()
    return {
        loaded
        for imported in graph.find_modules_directly_imported_by(module)
        for detail in graph.get_import_details(importer=module, imported=imported)
        if not lines[detail["line_number"] - 1].startswith(" ")
        for loaded in (imported, *packages_of(imported))
        if loaded not in (module, *packages_of(module))
    }


def packages_of(module: str) -> list[str]:
    """The packages above a module: each is loaded before it."""
    parts = module.split(".")
    return [".".join(parts[:depth]) for depth in range(2, len(parts))]

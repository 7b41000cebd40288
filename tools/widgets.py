"""What a notebook keeps of its widgets, the same bytes after every run.

A live experiment leaves nothing but its still picture (the HTML stored in
the same output).  One whose frames are computed beforehand, marked `static`
by `explore`, also keeps its view and the state of its models, so that it
moves on a page without a kernel; their random ids become fixed ones.
"""

import hashlib
import json
from typing import Any

from nbformat import NotebookNode, from_dict

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
POINTER = "IPY_MODEL_"


def pointers(value: Any) -> list[str]:
    """Ids of the models that a piece of state points to, in order."""
    if isinstance(value, str):
        return [value.removeprefix(POINTER)] if POINTER in value else []
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [i for v in value for i in pointers(v)]
    return []


def reachable(root: str, state: dict[str, dict]) -> list[str]:
    """The models under one view, and the links between them, in order."""
    found: dict[str, None] = {}
    waiting = [root]
    while waiting:
        model = waiting.pop(0)
        if model not in found and model in state:
            found[model] = None
            waiting += pointers(state[model])
    for model, data in state.items():
        if "Link" in data.get("_model_name", ""):
            if set(pointers(data)) & set(found):
                found[model] = None
    return list(found)


def settle(notebook: NotebookNode, state: dict[str, dict]) -> None:
    """Drop the views of live experiments; keep and rename the static ones."""
    kept: dict[str, dict] = {}
    names: dict[str, str] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            view = output.get("data", {}).pop(VIEW, None)
            if view and output.metadata.get("static"):
                models = reachable(view["model_id"], state)
                for i, model in enumerate(models):
                    key = f"{cell['id']}/{i}".encode()
                    names[model] = hashlib.sha1(key).hexdigest()[:32]
                    kept[model] = state[model]
                output.data[VIEW] = {
                    "model_id": names[view["model_id"]],
                    "version_major": 2,
                    "version_minor": 0,
                }
    notebook.metadata.pop("widgets", None)
    if kept:
        notebook.metadata["widgets"] = from_dict(
            {STATE: document(kept, names)}
        )


def document(kept: dict[str, dict], names: dict[str, str]) -> dict[str, Any]:
    text = json.dumps(
        {
            names[model]: {
                "model_name": data["_model_name"],
                "model_module": data["_model_module"],
                "model_module_version": data["_model_module_version"],
                "state": data,
            }
            for model, data in kept.items()
        }
    )
    for model, name in names.items():
        text = text.replace(POINTER + model, POINTER + name)
    return {
        "version_major": 2,
        "version_minor": 0,
        "state": json.loads(text),
    }

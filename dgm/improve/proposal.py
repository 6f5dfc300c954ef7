"""The proposal: the text that tells an agent what to change in itself. Made from a diagnosis, or from the focus."""

import json
from textwrap import indent

from dgm.improve.focus import describe
from dgm.improve.setback import Setback
from dgm.values import Collected, Failure, Focus, Tree, plain

MAX_PROPOSAL = 8_000
"""Characters of a proposal that an agent wrote itself."""

OWN_PROPOSAL_PATH = "proposal.md"

_RULES = """\
This repository is your own source code: you are the coding agent in it. Change it so that you solve tasks better.

- Make a general improvement, nothing that helps with one task only.
- Keep the change small and complete. Keep `agent.toml` valid and the commands in it working.
- Use only what is installed already; there is no network.
"""


def proposal_task(proposal: str, fault: Setback | None = None) -> Tree:
    """Build `/task` for a self-modification by `solve`.

    Args:
        fault: why the child that stands in the workspace was refused.
    """
    return Tree.of({"instruction.md": f"# Improve yourself\n\n{proposal}\n{_to_repair(fault)}{_RULES}"})


def focus_task(focus: Focus, fault: Setback | None = None) -> Tree:
    """Build `/task` for a self-modification by the agent's own `improve`."""
    about = {"task": focus.task_id, "tasks": list(focus.tasks)}
    fields = {"kind": focus.kind.value, **about, "description": describe(focus)}
    refused = None if fault is None else {"reason": fault.failure.value, "detail": fault.detail}
    instruction = f"# Improve yourself\n\n{describe(focus)}\n\n{_to_repair(fault)}{_RULES}"
    return Tree.of({"focus.json": json.dumps({**fields, "refused": refused}, indent=1), "instruction.md": instruction})


def _to_repair(fault: Setback | None) -> str:
    """Return what an agent that repairs a refused child is told besides."""
    if fault is None:
        return ""
    taken = fault.failure is not Failure.REFUSED_CHANGE
    where = "It stands in this repository: repair it." if taken else "Nothing of it is left here: make it anew."
    printed = f"\n\nWhat its own tests printed at last:\n\n{indent(fault.printed, '    ')}" if fault.printed else ""
    return (
        "This change was made already, but the agent that it gave was refused: "
        f"{fault.failure.value} ({fault.detail}). {where}{printed}\n\n"
    )


def own_proposal(out: Collected) -> str:
    """Return what the agent's own `improve` left as its proposal, made harmless and short; empty where it left none."""
    if OWN_PROPOSAL_PATH not in out.tree:
        return ""
    data = out.tree[OWN_PROPOSAL_PATH].data[: 4 * MAX_PROPOSAL]
    return plain(data.decode("utf-8", "replace"), limit=MAX_PROPOSAL, keep_newlines=True)

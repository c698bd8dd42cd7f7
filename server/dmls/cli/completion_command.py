"""`dmls completion SHELL`: scripts made from the table of commands, so they never fall behind it.

Rule names are asked from `dmls rules` at the moment they are needed.
"""

from __future__ import annotations

from dmls.cli.console import Console
from dmls.cli.main import CLEAN
from dmls.commands.options import Parsed
from dmls.commands.table import COMMANDS, EVERYWHERE, VERSION, Command, Option

_RULES = "dmls rules 2>/dev/null | awk '{print $2}'"


def run(parsed: Parsed, console: Console) -> int:
    console.write({"bash": bash, "zsh": zsh, "fish": fish}[parsed.operands[0]](console))
    return CLEAN


_TOP = tuple(c for c in COMMANDS if " " not in c.name)


def _options(command: Command) -> tuple[Option, ...]:
    return (*command.options, *EVERYWHERE)


def bash(_console: Console) -> str:
    """For ``source <(dmls completion bash)``."""
    values = []
    for name, choices, complete in sorted({(o.name, o.choices, o.complete) for c in COMMANDS for o in _options(c) if o.value}):
        values.append(f"    {name}) {_bash_answer(choices, complete)} return ;;")
    commands = []
    for command in COMMANDS:
        words = " ".join(o.name for o in _options(command))
        choices = tuple(c.name.split()[-1] for c in command.members) or command.choices
        commands.append(f'    "{command.name}") if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "{words}" -- "$cur")); else {_bash_answer(choices, command.complete)} fi ;;')
    top = " ".join([*(c.name for c in _TOP), *(o.name for o in (*EVERYWHERE, VERSION))])
    known = "|".join(f'"{c.name}"' for c in COMMANDS)
    return "\n".join(
        [
            "_dmls() {",
            "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= word",
            "  COMPREPLY=()",
            '  case "$prev" in',
            *values,
            "  esac",
            '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
            # The words of a command of a group come together one after the other; what follows a whole command never adds to it.
            f'    case "${{command:+$command }}$word" in {known}) command="${{command:+$command }}$word" ;; esac',
            "  done",
            '  case "$command" in',
            *commands,
            f'    *) COMPREPLY=($(compgen -W "{top}" -- "$cur")) ;;',
            "  esac",
            "}",
            "complete -o filenames -F _dmls dmls",
            "",
        ]
    )


def _bash_answer(choices: tuple[str, ...], complete: str) -> str:
    if choices:
        return f'COMPREPLY=($(compgen -W "{" ".join(choices)}" -- "$cur"));'
    if complete == "rule":
        return f'COMPREPLY=($(compgen -W "$({_RULES})" -- "$cur"));'
    if complete:
        return f'COMPREPLY=($(compgen -{"d" if complete == "folder" else "f"} -- "$cur"));'
    return ":;"


def zsh(console: Console) -> str:
    """For ``dmls completion zsh > "${fpath[1]}/_dmls"`` or ``source <(…)``."""
    commands = [_zsh_command(c, console) for c in _TOP]
    groups = []
    cases = []
    for command in COMMANDS:
        if command.members:
            members = " ".join(_zsh_command(c, console).strip() for c in command.members)
            groups.append(f"    {command.name})")
            groups.append(f"      if (( CURRENT == 2 )); then commands=({members}); _describe command commands; return; fi")
            groups.append(f'      command="{command.name} $words[2]"; shift words; (( CURRENT-- )) ;;')
            continue
        specs = [_zsh_option(option, console) for option in _options(command)]
        if command.operands:
            many = "*" if command.most is None else "1"
            specs.append(_quoted(f"{many}:{command.operands.strip('[]…')}:{_zsh_action(command.choices, command.complete)}"))
        cases.append(f"    {_quoted(command.name)}) _arguments {' '.join(specs)} ;;")
    return "\n".join(
        [
            "#compdef dmls",
            f'_dmls_rules() {{ compadd -- ${{(f)"$({_RULES})"}} }}',
            "_dmls() {",
            "  local -a commands",
            "  commands=(",
            *commands,
            "  )",
            "  if (( CURRENT == 2 )); then",
            "    _describe command commands",
            "    return",
            "  fi",
            "  local command=$words[2]",
            "  shift words; (( CURRENT-- ))",
            '  case "$command" in',
            *groups,
            "  esac",
            '  case "$command" in',
            *cases,
            "  esac",
            "}",
            'if [ "$funcstack[1]" = "_dmls" ]; then _dmls "$@"; else compdef _dmls dmls; fi',
            "",
        ]
    )


def _zsh_command(command: Command, console: Console) -> str:
    return f"    {_quoted(f'{command.name.split()[-1]}:{console.say(command.help)}')}"


def _zsh_option(option: Option, console: Console) -> str:
    text = console.say(option.help).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")
    spec = f"{'*' if option.repeat else ''}{option.name}[{text}]"
    if option.value:
        spec += f":{option.value.strip('[]')}:{_zsh_action(option.choices, option.complete)}".replace("[HOST:]PORT", "PORT")
    return _quoted(spec)


def _zsh_action(choices: tuple[str, ...], complete: str) -> str:
    if choices:
        return f"({' '.join(choices)})"
    return {"rule": "_dmls_rules", "folder": "_files -/", "file": "_files"}.get(complete, "")


def fish(console: Console) -> str:
    """For ``dmls completion fish > ~/.config/fish/completions/dmls.fish``."""
    lines = ["complete -c dmls -f"]
    for command in COMMANDS:
        *group, name = command.name.split()
        first = "__fish_use_subcommand"
        if group:
            members = " ".join(c.name.split()[-1] for c in COMMANDS if c.name.startswith(group[0] + " "))
            first = f"'__fish_seen_subcommand_from {group[0]}; and not __fish_seen_subcommand_from {members}'"
        lines.append(f"complete -c dmls -n {first} -a {name} -d {_fish_quoted(console.say(command.help))}")
        if command.members:
            continue
        here = f"complete -c dmls -n '{'; and '.join(f'__fish_seen_subcommand_from {word}' for word in (*group, name))}'"
        lines += [f"{here} {answer}" for answer in _fish_answer(command.choices, command.complete)]
        for option in _options(command):
            line = f"{here} -l {option.name[2:]} -d {_fish_quoted(console.say(option.help))}"
            if option.value:
                line += " " + " ".join(["-r", *_fish_answer(option.choices, option.complete)])
            lines.append(line)
    lines.append(f"complete -c dmls -n __fish_use_subcommand -l version -d {_fish_quoted(console.say(VERSION.help))}")
    return "\n".join(lines) + "\n"


def _fish_answer(choices: tuple[str, ...], complete: str) -> list[str]:
    if choices:
        return [f"-a '{' '.join(choices)}'"]
    if complete == "rule":
        return [f'-a "({_RULES})"'.replace("$2", "\\$2")]
    return {"file": ["-F"], "folder": ["-a '(__fish_complete_directories)'"]}.get(complete, [])


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

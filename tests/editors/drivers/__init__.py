from editors.drivers.base import Editor
from editors.drivers.emacs import Eglot, LspMode
from editors.drivers.helix import Helix
from editors.drivers.kate import Kate
from editors.drivers.neovim import Neovim
from editors.drivers.vim import Vim
from editors.drivers.vscode import VSCode

ALL: list[type[Editor]] = [Neovim, Helix, Eglot, LspMode, Vim, Kate, VSCode]

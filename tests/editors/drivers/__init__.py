from editors.drivers.base import Editor
from editors.drivers.helix import Helix
from editors.drivers.neovim import Neovim

ALL: list[type[Editor]] = [Neovim, Helix]

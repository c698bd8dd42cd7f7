---@brief Language server for the configuration files of TiDB Data Migration.
---
--- `vim.lsp.enable('dmls')` starts it in buffers that hold a DM file, and in no others: see |dmls-attach|.

local client = require('dmls.client')

---@type vim.lsp.Config
return {
  cmd = { 'dmls', 'serve', '--stdio' },
  filetypes = { 'toml', 'yaml', 'pem', 'sh', 'bash', 'zsh', 'systemd' },
  root_dir = function(bufnr, on_dir)
    local root = require('dmls.files').root(bufnr)
    if root then
      on_dir(root)
    end
  end,
  before_init = client.before_init,
  commands = client.commands,
  init_options = { presents = { 'copy', 'explain' } },
  settings = { dmls = vim.empty_dict() },
}

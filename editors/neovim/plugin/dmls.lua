if vim.g.loaded_dmls or vim.fn.has('nvim-0.11') == 0 then
  return
end
vim.g.loaded_dmls = true

vim.api.nvim_create_user_command('Dmls', function(command)
  require('dmls.commands').run(command)
end, {
  nargs = '*',
  complete = function(lead, line)
    return require('dmls.commands').complete(lead, line)
  end,
  desc = 'dmls: commands for files of TiDB Data Migration',
})

vim.api.nvim_create_user_command('DmlsMap', function()
  require('dmls.commands').run({ fargs = { 'map' } })
end, { desc = 'dmls: the TLS map' })

-- A unit of systemd outside of systemd's folders has no file type; one that starts a program of DM gets it.
vim.filetype.add({
  pattern = {
    ['.*%.service'] = {
      function(_, bufnr)
        return require('dmls.files').starts_dm(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)) and 'systemd' or nil
      end,
      { priority = -1 },
    },
  },
})

-- A file that became DM's by what was written into it.
vim.api.nvim_create_autocmd('BufWritePost', {
  group = vim.api.nvim_create_augroup('dmls', {}),
  pattern = { '*.toml', '*.yaml', '*.yml', '*.sh', '*.bash', '*.service' },
  callback = function(args)
    local client = require('dmls.client')
    if client.enabled() and not client.of(args.buf) and require('dmls.files').reason(args.buf) then
      vim.api.nvim_exec_autocmds('FileType', { group = 'nvim.lsp.enable', buffer = args.buf })
    end
  end,
})

--- `:checkhealth dmls`

local M = {}

local health = vim.health

local function program()
  local command = require('dmls.commands').program()
  local words = require('dmls.words')
  local path = vim.fn.exepath(command)
  if path == '' then
    health.error(words.say('no-executable', command), words.say('install'))
    return
  end
  health.ok(words.say('path', command, path))
  local ok, result = pcall(function()
    return vim.system({ command, '--version' }, { text = true }):wait(10000)
  end)
  if ok and result.code == 0 then
    health.ok(words.say('version', vim.trim(result.stdout):gsub('^dmls ', '')))
  else
    health.error(words.say('version-failed', command, ok and vim.trim(result.stderr) or result))
  end
end

--- The buffer from which `:checkhealth` was called, for that of the report is of no interest.
---@return integer
local function buffer()
  local current = vim.api.nvim_get_current_buf()
  if not vim.api.nvim_buf_get_name(current):find('^health://') then
    return current
  end
  local before = vim.fn.bufnr('#')
  return before > 0 and before or current
end

local function files()
  local words = require('dmls.words')
  local bufnr = buffer()
  local client = require('dmls.client').of(bufnr)
  health.info(words.say('clients', #vim.lsp.get_clients({ name = 'dmls' })))
  health.info(vim.api.nvim_buf_get_name(bufnr))
  local reason = require('dmls.files').reason(bufnr)
  if reason then
    health.ok(words.say('reason-' .. reason))
  else
    health.info(words.say('not-dm'))
  end
  if client then
    health.ok(words.say('attached', client.root_dir or ''))
    health.info(words.say('encoding', client.offset_encoding, client.server_capabilities.diagnosticProvider and 'pull' or 'push'))
  end
  health.info(words.say('watch'))
end

function M.check()
  if vim.fn.has('nvim-0.11') == 0 then
    health.start('dmls')
    health.error('Neovim 0.11 or later is needed / 需要 Neovim 0.11 或更高版本')
    return
  end
  local words = require('dmls.words')
  health.start(words.say('health-neovim'))
  health.ok(words.say('neovim', tostring(vim.version())))
  if require('dmls.client').enabled() then
    health.ok(words.say('enabled'))
  else
    health.warn(words.say('disabled'))
  end
  health.start(words.say('health-server'))
  program()
  health.start(words.say('health-files'))
  files()
end

return M

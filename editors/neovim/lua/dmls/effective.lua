--- What DM works with in a file: a window beside it that follows what is typed.

local words = require('dmls.words')

local M = {}

--- Milliseconds after the last key before the window is filled anew.
local PAUSE = 300

--- The buffer for the values of a file; made where there is none yet.
---@param name string
---@param language string
---@return integer
local function buffer(name, language)
  local bufnr = vim.fn.bufnr('^' .. vim.fn.escape(name, '[]*?') .. '$')
  if bufnr == -1 then
    bufnr = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(bufnr, name)
    vim.bo[bufnr].filetype = language
    vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = bufnr, desc = words.say('close') })
  end
  return bufnr
end

---@param bufnr integer
---@param text string
local function fill(bufnr, text)
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, vim.split(text:gsub('\n$', ''), '\n'))
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].modified = false
end

--- Ask for the values of `source`, all or those of one instance, and hand them to `done`.
---@param client vim.lsp.Client
---@param source integer
---@param instance? string
---@param done fun(answer: { text?: string, language?: string, refused?: string })
local function ask(client, source, instance, done)
  local argument = { uri = vim.uri_from_bufnr(source), instance = instance }
  client:request('workspace/executeCommand', { command = 'dmls.effective', arguments = { argument } }, function(err, answer)
    if err then
      vim.notify('dmls: ' .. err.message, vim.log.levels.ERROR)
    else
      done(answer)
    end
  end, source)
end

--- Keep `shown` up to date while somebody looks at it.
---@param client vim.lsp.Client
---@param source integer
---@param shown integer
---@param instance? string
local function follow(client, source, shown, instance)
  local group = vim.api.nvim_create_augroup('dmls.effective.' .. shown, {})
  local waiting = assert(vim.uv.new_timer())
  vim.api.nvim_create_autocmd({ 'TextChanged', 'TextChangedI', 'TextChangedP' }, {
    group = group,
    buffer = source,
    callback = function()
      waiting:start(
        PAUSE,
        0,
        vim.schedule_wrap(function()
          if not vim.api.nvim_buf_is_valid(shown) or vim.fn.win_findbuf(shown)[1] == nil or client:is_stopped() then
            return
          end
          ask(client, source, instance, function(answer)
            if answer.text and vim.api.nvim_buf_is_valid(shown) then
              fill(shown, answer.text)
            end
          end)
        end)
      )
    end,
  })
end

--- Show what DM works with in this buffer, all of it or one instance, in a window beside it.
---@param client vim.lsp.Client
---@param instance? string
function M.show(client, instance)
  local source = vim.api.nvim_get_current_buf()
  ask(client, source, instance, function(answer)
    if answer.refused then
      vim.notify('dmls: ' .. answer.refused, vim.log.levels.WARN)
      return
    end
    local name = 'dmls://effective/' .. vim.fs.basename(vim.api.nvim_buf_get_name(source)) .. (instance and ' ' .. instance or '')
    local shown = buffer(name, answer.language)
    fill(shown, answer.text)
    if not vim.fn.win_findbuf(shown)[1] then
      local window = vim.api.nvim_open_win(shown, false, { split = 'right', win = 0 })
      vim.wo[window].wrap = false
    end
    follow(client, source, shown, instance)
  end)
end

return M

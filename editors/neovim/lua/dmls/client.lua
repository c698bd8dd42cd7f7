--- What the client does besides what every client of Neovim does.

local words = require('dmls.words')

local M = {}

--- Give the server the settings at once and not only when it asks, and the language of Neovim.
---@param params lsp.InitializeParams
---@param config vim.lsp.ClientConfig
function M.before_init(params, config)
  local settings = vim.tbl_get(config, 'settings', 'dmls') or {}
  params.initializationOptions = vim.tbl_deep_extend('keep', params.initializationOptions or {}, settings)
  params.locale = params.locale or words.locale()
  -- Neovim 0.11 asks for diagnostics but cannot be told to ask again when a certificate was replaced: there the server shall send them.
  if not vim.tbl_get(params.capabilities, 'workspace', 'diagnostics', 'refreshSupport') then
    params.capabilities.textDocument.diagnostic = nil
  end
end

--- Show `markdown` in a window above, as help is shown.
---@param title string
---@param markdown string
function M.show(title, markdown)
  local name = 'dmls://' .. title
  local bufnr = vim.fn.bufnr('^' .. vim.fn.escape(name, '[]*?') .. '$')
  if bufnr == -1 then
    bufnr = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(bufnr, name)
    vim.bo[bufnr].filetype = 'markdown'
    vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = bufnr, desc = words.say('close') })
  end
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, vim.split(markdown, '\n'))
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].modified = false
  local window = vim.fn.win_findbuf(bufnr)[1]
  if window then
    vim.api.nvim_set_current_win(window)
  else
    window = vim.api.nvim_open_win(bufnr, true, { split = 'above', height = math.floor(vim.o.lines / 2) })
  end
  vim.wo[window].wrap = true
  vim.wo[window].linebreak = true
  vim.wo[window].conceallevel = 2
end

--- Ask the server to run a command, and hand its result to `done`, or say `nothing` where it has none.
---@param client vim.lsp.Client
---@param command string
---@param argument any
---@param done fun(result: any)
---@param nothing? string
local function run(client, command, argument, done, nothing)
  client:request('workspace/executeCommand', { command = command, arguments = { argument } }, function(err, result)
    if err then
      vim.notify('dmls: ' .. err.message, vim.log.levels.ERROR)
    elseif result and result ~= vim.NIL then
      done(result)
    elseif nothing then
      vim.notify(nothing, vim.log.levels.WARN)
    end
  end)
end

--- Show lines that are about places in files; <CR> goes to the place of a line.
---@param client vim.lsp.Client
---@param title string
---@param told { text: string, place: lsp.Location? }[]
function M.show_places(client, title, told)
  local lines, places = {}, {}
  for number, line in ipairs(told) do
    lines[number] = line.text
    places[number] = line.place ~= vim.NIL and line.place or nil
  end
  M.show(title, table.concat(lines, '\n'))
  local bufnr = vim.api.nvim_get_current_buf()
  vim.bo[bufnr].filetype = 'dmls-' .. title
  vim.wo.wrap = false
  vim.wo.conceallevel = 0
  vim.keymap.set('n', '<CR>', function()
    local place = places[vim.api.nvim_win_get_cursor(0)[1]]
    if not place then
      vim.notify(words.say('no-place'))
      return
    end
    if vim.fn.winnr('$') > 1 then
      vim.cmd.wincmd('p')
    end
    vim.lsp.util.show_document({ uri = place.uri, range = place.range }, client.offset_encoding, { focus = true })
  end, { buffer = bufnr, desc = words.say('go-there') })
end

--- Show what a command of the server tells as lines with their places.
---@param client vim.lsp.Client
---@param name string the command without `dmls.`, also the title
---@param options? table what else the command is told
function M.lines(client, name, options)
  run(client, 'dmls.' .. name, vim.tbl_extend('keep', { format = 'text' }, options or {}), function(found)
    M.show_places(client, name, found.lines)
  end)
end

--- Tell what an action on the deployment would do, and do it once the user has agreed.
---@param client vim.lsp.Client
---@param argument { action: string, options: table, paths: string[], apply?: boolean }
---@param only_shows boolean
function M.change(client, argument, only_shows)
  run(client, 'dmls.change', argument, function(told)
    if told.error then
      vim.notify('dmls: ' .. told.error, vim.log.levels.ERROR)
    end
    if not told.markdown then
      return
    end
    M.show('change', told.markdown)
    if argument.apply or only_shows or #told.change.files == 0 then
      return
    end
    vim.ui.select({ words.say('apply'), words.say('cancel') }, { prompt = words.say('apply-change', #told.change.files) }, function(_, number)
      if number == 1 then
        M.change(client, vim.tbl_extend('force', argument, { apply = true }), false)
      end
    end)
  end)
end

--- Show the page of a rule.
---@param client vim.lsp.Client
---@param rule string
function M.explain(client, rule)
  run(client, 'dmls.explain', rule, function(page)
    M.show(page.rule, page.markdown)
  end, words.say('no-rule', rule))
end

--- The commands behind code actions and code lenses that are carried out here.
---@type table<string, fun(command: lsp.Command, ctx: table)>
M.commands = {
  ['dmls.copy'] = function(command, ctx)
    local client = assert(vim.lsp.get_client_by_id(ctx.client_id))
    run(client, 'dmls.copy', command.arguments[1], function(result)
      -- Where there is no clipboard, the register `"` at least holds the line for `p`.
      vim.fn.setreg('"', result.text)
      pcall(vim.fn.setreg, '+', result.text)
      vim.notify(words.say('copied', result.text))
    end)
  end,
  ['dmls.explain'] = function(command, ctx)
    M.explain(assert(vim.lsp.get_client_by_id(ctx.client_id)), command.arguments[1])
  end,
}

--- Whether `vim.lsp.enable('dmls')` holds; the first versions of 0.11 have no public word for it.
---@return boolean
function M.enabled()
  if vim.lsp.is_enabled then
    return vim.lsp.is_enabled('dmls')
  end
  return vim.lsp._enabled_configs.dmls ~= nil
end

--- The client of a buffer.
---@param bufnr? integer
---@return vim.lsp.Client?
function M.of(bufnr)
  return vim.lsp.get_clients({ bufnr = bufnr or 0, name = 'dmls' })[1]
end

return M

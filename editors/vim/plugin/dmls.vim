" dmls, the language server for configurations of TiDB Data Migration, in Vim: through ALE or vim-lsp, whichever is there.
if exists('g:loaded_dmls') || v:version < 802
    finish
endif
let g:loaded_dmls = 1

command! -nargs=1 -complete=custom,dmls#rules DmlsExplain call dmls#explain(<q-args>)
command! -nargs=* -complete=file DmlsCheck call dmls#check(<f-args>)

augroup dmls
    autocmd!
    " A unit outside of systemd's folders has no type; one that starts a program of DM gets it.
    autocmd BufNewFile,BufRead *.service if dmls#is_dm(bufnr('%')) | setfiletype systemd | endif
    autocmd User lsp_setup call dmls#register_with_vim_lsp()
augroup END

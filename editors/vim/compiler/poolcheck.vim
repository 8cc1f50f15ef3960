" Vim compiler file
" Compiler: poolcheck, https://github.com/poolcheck/poolcheck

if exists("current_compiler")
  finish
endif
let current_compiler = "poolcheck"

let s:cpo_save = &cpo
set cpo&vim

CompilerSet makeprg=poolcheck\ --output-format\ concise\ --quiet

" A notebook's cells are no lines of its file: the first format leaves the place in the message.
CompilerSet errorformat=
      \%f:%\\%%(cell\ %\\d%\\+:%\\)%\\@=%m,
      \%f:%l:%c:\ %trror:\ %m,
      \%f:%l:%c:\ %tarning:\ %m,
      \%f:%l:%c:\ %tnfo:\ %m,
      \%-G%.%#

let &cpo = s:cpo_save
unlet s:cpo_save

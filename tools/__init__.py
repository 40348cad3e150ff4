"""What can be done: each tool is one function that the command line, the chat and the agent call alike.

`READING` tools change nothing; `WRITING` tools change the store, so that the agent asks before it calls one.
Both tuples are filled when first asked for, because importing every tool costs a second that ``--help`` has not.
"""

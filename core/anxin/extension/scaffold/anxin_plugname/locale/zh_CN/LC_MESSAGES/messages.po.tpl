msgid ""
msgstr ""
"Language: zh_CN\n"
"Plural-Forms: nplurals=1; plural=0;\n"
"Content-Type: text/plain; charset=utf-8\n"

msgid "Plugtitle"
msgstr "Plugchinese"

msgid "Plugtitle: what a person keeps here"
msgstr "Plugchinese：把想留下的写在这里"

msgid "Two years, as the consent says"
msgstr "两年，与同意书一致"

msgid "Write and read one's own: Plugtitle"
msgstr "写和看自己的内容：Plugchinese"

msgid "Keep what you write: Plugtitle"
msgstr "保存你写的内容：Plugchinese"

msgid ""
"What happens: we keep what you write here, sealed. Who sees it: you alone. How long: two years, then it is "
"deleted. You may say no, and you may withdraw at any time under “Me”."
msgstr "做什么：把你在这里写的内容加密保存。谁能看：只有你。存多久：两年，到期删除。你可以不同意，也可以随时在“我的”里撤回。"

msgid "Wrote something: Plugtitle"
msgstr "写了一条：Plugchinese"

msgid "Removed something: Plugtitle"
msgstr "删了一条：Plugchinese"

msgid "Erased all of a person: Plugtitle"
msgstr "清除了一个人的全部内容：Plugchinese"

msgid "How many a person may write in a day"
msgstr "每人每天最多写几条"

msgid "That is enough for today. Tomorrow there is room again."
msgstr "今天先写到这里，明天再来。"

msgid "Only you read it"
msgstr "只有你看得到"

msgid "What do you want to keep?"
msgstr "想留下点什么？"

msgid "Keep it"
msgstr "保留"

msgid "Delete this one"
msgstr "删掉这条"

msgid "Nothing here yet"
msgstr "这里还是空的"

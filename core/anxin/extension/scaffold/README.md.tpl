# Plugtitle

For whom: write it here, in one sentence.

```sh
pip install -e .             # once; the platform finds the plugin by its entry point
anxin plugin check plugname  # the rules every plugin keeps
pytest                       # a real database, in seconds
```

| | |
|---|---|
| permissions | `plugname.write` |
| purposes | `plugname.keep` |
| audit entries | `plugname.written`, `plugname.removed`, `plugname.erased` |
| tables | `plugname.thing` |

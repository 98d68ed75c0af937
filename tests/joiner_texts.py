"""Types and messages with joiners, variation selectors and wide characters, each ended by a bar."""

JOINER_TEXTS = {
    "vs16⚠\ufe0f": "⚠\ufe0f ☁\ufe0f end|",
    "cjk备份": "备份作业失败|",
    "zwnj": "می\u200cخواهم|",
    "hindi": "क्\u200dषति की|",
    "family👨\u200d👩\u200d👧": "👨\u200d👩\u200d👧 end|",
}

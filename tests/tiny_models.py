"""Real models of transformers, so small that a test makes them: random weights, but always the same."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, PreTrainedTokenizerFast

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def tiny_model(folder: Path, make: Any, words: Iterable[str], longest: int = 64, **config: Any) -> Path:
    """A BERT model of class ``make`` in ``folder`` that knows ``words`` (and letters) and reads ``longest`` tokens."""
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)] + list("0123456789£.,?")
    pieces = [*SPECIAL, *dict.fromkeys([*words, *letters, *(f"##{letter}" for letter in letters)])]
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")],
    )
    named = {f"{token.strip('[]').lower()}_token": token for token in SPECIAL}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=longest, **named).save_pretrained(folder)
    torch.manual_seed(7)
    shape = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=longest,
        initializer_range=0.5,  # so that texts come out well apart
        **config,
    )
    make(shape).save_pretrained(folder)
    return folder

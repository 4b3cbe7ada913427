"""Randomly initialised models of the real architectures, small enough to be made and saved in a test."""

from pathlib import Path

DECILES = [round(0.1 * k, 1) for k in range(1, 10)]
CHRONOS_2_LEVELS = [0.01, *(round(0.05 * k, 2) for k in range(1, 20)), 0.99]
SIZE = {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4, "dropout_rate": 0.0}
PATCHES = {"context_length": 128, "input_patch_size": 16, "input_patch_stride": 16, "use_reg_token": True}


def save(folder: Path, architecture: type, config: object) -> Path:
    """A model with random weights, and with the architecture's name in its config, from which `chronos` loads it."""
    import torch

    torch.manual_seed(1)
    model = architecture(config)
    model.config.architectures = [architecture.__name__]
    model.save_pretrained(folder)
    return folder


def save_bolt(folder: Path, *, prediction_length: int = 64) -> Path:
    """A Chronos-Bolt: nine deciles, its own horizon rolled on where more steps are asked for."""
    from chronos.chronos_bolt import ChronosBoltModelForForecasting
    from transformers import T5Config

    config = T5Config(
        **SIZE,
        num_decoder_layers=2,
        vocab_size=2,
        pad_token_id=0,
        decoder_start_token_id=0,
        feed_forward_proj="relu",
        chronos_pipeline_class="ChronosBoltPipeline",
        chronos_config=PATCHES | {"prediction_length": prediction_length, "quantiles": DECILES},
    )
    return save(folder, ChronosBoltModelForForecasting, config)


def save_chronos_2(folder: Path) -> Path:
    """A Chronos-2: 21 levels, all steps at once."""
    from chronos.chronos2.config import Chronos2CoreConfig
    from chronos.chronos2.model import Chronos2Model

    own = {"output_patch_size": 16, "use_arcsinh": True, "max_output_patches": 8, "time_encoding_scale": 128}
    config = Chronos2CoreConfig(
        **SIZE,
        chronos_pipeline_class="Chronos2Pipeline",
        chronos_config=PATCHES | own | {"quantiles": CHRONOS_2_LEVELS},
    )
    return save(folder, Chronos2Model, config)


def save_chronos_t5(folder: Path) -> Path:
    """A first-generation Chronos, which draws samples."""
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    config = T5Config(
        d_model=16,
        d_kv=4,
        d_ff=16,
        num_layers=1,
        num_heads=2,
        vocab_size=64,
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=0,
        chronos_config={
            "tokenizer_class": "MeanScaleUniformBins",
            "tokenizer_kwargs": {"low_limit": -15.0, "high_limit": 15.0},
            "n_tokens": 64,
            "n_special_tokens": 2,
            "pad_token_id": 0,
            "eos_token_id": 1,
            "use_eos_token": True,
            "model_type": "seq2seq",
            "context_length": 128,
            "prediction_length": 64,
            "num_samples": 5,
            "temperature": 1.0,
            "top_k": 10,
            "top_p": 1.0,
        },
    )
    torch.manual_seed(1)
    T5ForConditionalGeneration(config).save_pretrained(folder)
    return folder

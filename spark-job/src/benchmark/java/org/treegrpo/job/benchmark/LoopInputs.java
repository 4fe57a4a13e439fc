package org.treegrpo.job.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.job.round.Recipe;
import org.treegrpo.job.round.RoundPlan;

/** What the PyTorch loop of {@code docs/benchmarks/pytorch-loop} is given of the quick start. */
final class LoopInputs {

  private LoopInputs() {}

  /**
   * Writes {@code plan.json}, the words and the window of every round, and the recogniser's files
   * below {@code ocr}.
   */
  static void write(Recipe recipe, int rounds, Path directory) throws IOException {
    Path ocr = Files.createDirectories(directory.resolve("ocr"));
    copy("/models/ch_PP-OCRv4_rec_infer.onnx", ocr.resolve("model.onnx"));
    copy("/models/ppocr_keys_v1.txt", ocr.resolve("keys.txt"));
    List<Map<String, Object>> plan =
        IntStream.rangeClosed(1, rounds).mapToObj(round -> planned(recipe.plan(round))).toList();
    new ObjectMapper().writeValue(directory.resolve("plan.json").toFile(), plan);
  }

  private static Map<String, Object> planned(RoundPlan plan) {
    return Map.of(
        "prompts", plan.prompts().stream().map(Prompt::id).toList(),
        "words", plan.prompts().stream().map(Prompt::text).toList(),
        "window", plan.windowStart());
  }

  private static void copy(String resource, Path file) throws IOException {
    try (InputStream in = LoopInputs.class.getResourceAsStream(resource)) {
      Files.copy(Objects.requireNonNull(in, resource), file);
    }
  }
}

package org.treegrpo.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.treegrpo.core.policy.LoraFile;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.EvaluationRecord.HeldOutReward;

/** What a model's users must know about its training, in Markdown. */
public final class ModelCard {

  /** The name by which model hubs show it. */
  public static final String NAME = "README.md";

  private final StringBuilder text = new StringBuilder();

  private ModelCard() {}

  /**
   * The card of a run's weights.
   *
   * @param round rounds of training behind the weights
   */
  public static byte[] of(RunDirectory run, int round) throws IOException {
    RunData data = RunData.read(run.fs(), run.root());
    ModelCard card = new ModelCard();
    card.line("---");
    card.line("library_name: diffusers");
    card.line("tags: [lora, reinforcement-learning, treegrpo]");
    card.line("---");
    card.line("# LoRA of the run %s, after round %d", run.root().getName(), round);
    card.line("");
    card.line(
        "Trained by treegrpo-spark. Load it with `pipe.load_lora_weights(<this directory>)`; %s declares alpha = r and holds its scale.",
        LoraFile.NAME);
    card.line("");
    card.facts(data.run());
    card.scores(data, round);
    return card.text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void facts(JsonNode run) {
    line("- Method: %s, seed %s", run.path("method").asText(), run.path("seed").asText());
    line("- SHA-256 of the settings: `%s`", run.path("config_sha256").asText());
    for (Map.Entry<String, JsonNode> input : run.path("input_sha256").properties()) {
      line("- SHA-256 of `%s`: `%s`", input.getKey(), input.getValue().asText());
    }
    line("");
  }

  /** The base beside the evaluation of these weights, or of the last ones that were evaluated. */
  private void scores(RunData data, int round) {
    Optional<EvaluationRecord> before = data.evaluationBefore();
    Optional<EvaluationRecord> after =
        data.evaluations().stream()
            .filter(evaluation -> evaluation.round() <= round)
            .reduce((earlier, later) -> later);
    if (before.isEmpty() || after.isEmpty()) {
      line("There was no evaluation on held-out prompts.");
      return;
    }
    EvaluationRecord base = before.get();
    EvaluationRecord now = after.get();
    line(
        "%d held-out prompts, %d steps, guidance %s, %s:",
        now.prompts(),
        now.label().steps(),
        now.label().guidance(),
        now.label().ema() ? "averaged weights" : "weights of the last update");
    line("");
    line("| held out | base | after round %d |", now.round());
    line("|---|---|---|");
    for (Map.Entry<String, HeldOutReward> reward : now.reward().entrySet()) {
      HeldOutReward old = base.reward().get(reward.getKey());
      line(
          "| %s (%s) | %s | %s ± %s |",
          reward.getKey(),
          reward.getValue().trained() ? "trained on" : "independent",
          old == null ? "" : number(old.mean()),
          number(reward.getValue().mean()),
          number(reward.getValue().ci95()));
    }
    line(
        "| diversity within a prompt | %s | %s |",
        number(base.diversity()), number(now.diversity()));
    now.images()
        .byName()
        .forEach(
            (name, value) ->
                line(
                    "| %s | %s | %s |",
                    PriceSection.title(name).toLowerCase(Locale.ROOT),
                    number(base.images().of(name)),
                    number(value)));
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "" : Figures.number(value);
  }

  private void line(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}

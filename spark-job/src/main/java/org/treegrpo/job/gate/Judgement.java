package org.treegrpo.job.gate;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.settings.GateSettings;

/**
 * What the gate said of a version, and what it has seen. The JSON keys are these names in
 * snake_case.
 *
 * @param version that was judged
 * @param incumbent the promoted version that it was judged by; null for the base
 * @param gate the settings that it was judged by
 * @param verdict with its rules
 * @param figures of the three on the same prompts
 * @param prompts ids of the prompts that the verdict was found on
 * @param vault ids of the prompts of the vault, where the version came as far as to be held to them
 */
public record Judgement(
    String version,
    @Nullable String incumbent,
    GateSettings gate,
    GateVerdict verdict,
    Figures figures,
    List<String> prompts,
    List<String> vault) {

  public Judgement {
    prompts = List.copyOf(prompts);
    vault = List.copyOf(vault);
  }

  /** Evaluations of the three. */
  public record Figures(
      EvaluationRecord candidate, EvaluationRecord incumbent, EvaluationRecord base) {}
}

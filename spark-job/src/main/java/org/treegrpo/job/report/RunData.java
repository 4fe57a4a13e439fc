package org.treegrpo.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.treegrpo.job.files.RunLayout;
import org.treegrpo.job.gate.Judgement;
import org.treegrpo.job.images.ImageGrid;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.EvaluationRecord.HeldOutReward;
import org.treegrpo.job.metrics.GuardRecord;
import org.treegrpo.job.metrics.MetricsLog;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.RunFiles;
import org.treegrpo.job.metrics.RunResult;

/**
 * What a run directory holds for the report, but for its trees; whatever a run has not written is
 * absent.
 */
record RunData(
    String name,
    JsonNode run,
    String config,
    Optional<RunResult> result,
    List<RoundMetrics> rounds,
    List<EvaluationRecord> evaluations,
    List<GuardRecord> guards,
    Optional<ImageGrid> before,
    Optional<ImageGrid> after,
    Optional<Judgement> gate) {

  static RunData read(FileSystem fs, Path runDir) throws IOException {
    RunLayout layout = new RunLayout(runDir);
    MetricsLog log = MetricsLog.open(fs, runDir);
    List<Integer> sheets = ImageGrid.rounds(fs, runDir);
    return new RunData(
        runDir.getName(),
        RunFiles.readJson(fs, layout.run(), JsonNode.class).orElse(MissingNode.getInstance()),
        RunFiles.readText(fs, layout.config()).orElse(""),
        RunFiles.readJson(fs, layout.result(), RunResult.class),
        log.rounds(),
        log.evaluations(),
        log.guards(),
        sheets.isEmpty() ? Optional.empty() : ImageGrid.read(fs, runDir, sheets.get(0)),
        sheets.size() < 2 ? Optional.empty() : ImageGrid.read(fs, runDir, last(sheets)),
        RunFiles.readJson(fs, layout.gate(), Judgement.class));
  }

  /** The base's evaluation: what the result names, else the first of round 0. */
  Optional<EvaluationRecord> evaluationBefore() {
    return result
        .map(value -> value.evaluation().before())
        .or(() -> evaluations.stream().filter(value -> value.round() == 0).findFirst());
  }

  /** The latest evaluation after training, if there is one. */
  Optional<EvaluationRecord> evaluationAfter() {
    return result
        .map(value -> value.evaluation().after())
        .or(() -> evaluations.isEmpty() ? Optional.empty() : Optional.of(last(evaluations)))
        .filter(value -> value.round() > 0);
  }

  /** Rewards of the held-out evaluations: trained ones first, otherwise in the order of the run. */
  List<String> heldOutRewards() {
    Set<String> trained = new LinkedHashSet<>();
    Set<String> others = new LinkedHashSet<>();
    for (EvaluationRecord evaluation : evaluations) {
      evaluation
          .reward()
          .forEach((reward, value) -> (value.trained() ? trained : others).add(reward));
    }
    List<String> rewards = new ArrayList<>(trained);
    rewards.addAll(others);
    return rewards;
  }

  /** Whether the run optimises this reward. */
  boolean isTrained(String reward) {
    return evaluations.stream()
        .map(evaluation -> evaluation.reward().get(reward))
        .anyMatch(value -> value != null && value.trained());
  }

  /** Whether this reward says which images were read right. */
  boolean isReader(String reward) {
    return evaluations.stream()
        .map(evaluation -> evaluation.reward().get(reward))
        .anyMatch(value -> value != null && value.exact() != null);
  }

  /** The share read right where the reward reads, its mean score elsewhere; NaN where absent. */
  double figure(EvaluationRecord evaluation, String reward) {
    HeldOutReward value = evaluation.reward().get(reward);
    if (value == null) {
      return Double.NaN;
    }
    return isReader(reward) ? readRight(value) : value.mean();
  }

  /** The share read right; NaN where that is not known. */
  static double readRight(HeldOutReward value) {
    return value.exact() == null ? Double.NaN : value.exact();
  }

  /** A whole number of the resolved configuration, if it is there. */
  Optional<Integer> setting(String path) {
    try {
      Config parsed = ConfigFactory.parseString(config);
      return parsed.hasPath(path) ? Optional.of(parsed.getInt(path)) : Optional.empty();
    } catch (ConfigException e) {
      // The configuration is shown as it is; figures that need a setting are left out.
      return Optional.empty();
    }
  }

  private static <T> T last(List<T> list) {
    return list.get(list.size() - 1);
  }
}

package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.metrics.ComparisonLog;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.MetricsLog;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.TurnRecord;

/** A comparison of {@link TinyRun}s, and the same members alone. */
final class TinyComparison {

  static final int SEED = 5;

  /** Leaves of a round, of each of the variants. */
  static final int LEAVES = 24;

  /** What each sets. */
  private static final Map<String, List<String>> VARIANTS = variants();

  private final TinyRun run;

  TinyComparison(Path directory) throws IOException {
    this.run = new TinyRun(directory);
  }

  private static Map<String, List<String>> variants() {
    Map<String, List<String>> variants = new LinkedHashMap<>();
    variants.put("tree", List.of());
    variants.put(
        "flat",
        List.of(
            "tree.branching=1", "tree.width=4", "tree.trees-per-prompt=8", "advantage.buffer=3"));
    variants.put(
        "nft",
        List.of(
            "update.learner=diffusion-nft",
            "policy.guidance.scale=1",
            "update.old-policy.rate=0.1"));
    return variants;
  }

  static List<String> names() {
    return List.copyOf(VARIANTS.keySet());
  }

  TinyRun run() {
    return run;
  }

  /**
   * A configuration of all variants with one seed, and others after them.
   *
   * @param more entries of the list of variants
   * @return into the directory {@code name}
   */
  Path config(String name, String... more) throws IOException {
    List<String> entries = new ArrayList<>();
    VARIANTS.forEach(
        (variant, keys) ->
            entries.add("{ name = %s, set { %s } }".formatted(variant, String.join("\n", keys))));
    entries.addAll(Arrays.asList(more));
    return Files.writeString(
        run.configFile(name),
        """
        treegrpo {
          rounds = 50
          evaluation { every = 0, prompts = 2 }
          checkpoint.every = 0
          audit.every = 0
          compare {
            seeds = [%d]
            budget.images = %d
            turn.rounds = 2
            variants = [
              %s
            ]
          }
        }
        """
            .formatted(SEED, 3 * LEAVES, String.join("\n", entries)),
        StandardOpenOption.APPEND);
  }

  /** The weights of a variant after each round, trained alone for three rounds. */
  List<String> alone(String variant, String... more) throws IOException {
    List<String> keys = new ArrayList<>(VARIANTS.get(variant));
    keys.addAll(Arrays.asList(more));
    keys.addAll(List.of("seed=" + SEED, "rounds=3", "evaluation.prompts=2", "audit.every=0"));
    String name = variant + "-alone";
    run.train("local[1]", name, keys.stream().map(key -> "treegrpo." + key).toArray(String[]::new));
    return run.digests(name);
  }

  static String member(String name, String variant) {
    return "%s/members/%s/seed-%d".formatted(name, variant, SEED);
  }

  /**
   * @param more what all members were given besides
   */
  void assertEachIsAsAlone(String name, String... more) throws IOException {
    for (String variant : names()) {
      String member = member(name, variant);
      assertThat(run.rounds(member).stream().map(RoundMetrics::round))
          .as("rounds of %s", variant)
          .containsExactly(1, 2, 3);
      assertThat(run.digests(member))
          .as("weights of %s after every round", variant)
          .isEqualTo(alone(variant, more));
    }
  }

  List<Integer> evaluations(String runDir) throws IOException {
    RunDirectory place = place(runDir);
    return MetricsLog.open(place.fs(), place.root()).evaluations().stream()
        .map(EvaluationRecord::round)
        .toList();
  }

  List<TurnRecord> turns(String name) throws IOException {
    RunDirectory place = place(name);
    return ComparisonLog.open(place.fs(), place.root()).turns();
  }

  private RunDirectory place(String name) throws IOException {
    return RunDirectory.of(run.resolve(name).toString(), new Configuration());
  }
}

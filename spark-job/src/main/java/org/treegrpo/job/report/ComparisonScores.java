package org.treegrpo.job.report;

import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.treegrpo.job.metrics.RoundMetrics;

/**
 * The figures of a comparison that several of its sections need, and the colours of its variants.
 */
record ComparisonScores(ComparisonData data) {

  private static final List<String> COLOURS =
      List.of(
          "var(--blue)",
          "var(--orange)",
          "var(--good)",
          "var(--plum)",
          "var(--violet)",
          "var(--olive)",
          "var(--teal)",
          "var(--bad)",
          "var(--soft)",
          "#7fb13d",
          "#d17d9a",
          "var(--ink)",
          "#e0a526",
          "#6ec3e0");

  /** The reward to rank by: one that was not trained, where there is one. */
  Optional<String> judge() {
    return data.rewards().stream()
        .filter(reward -> !data.isTrained(reward))
        .findFirst()
        .or(() -> data.rewards().stream().findFirst());
  }

  double end(String variant, String reward) {
    return ComparisonData.mean(data.last(variant, ComparisonData.score(reward)));
  }

  double gain(String variant, String reward) {
    return end(variant, reward) - data.base(variant, ComparisonData.score(reward));
  }

  double normalised(String variant) {
    return data.rewards().stream()
        .mapToDouble(
            reward -> {
              double best =
                  data.index().variants().stream()
                      .mapToDouble(other -> gain(other, reward))
                      .filter(value -> !Double.isNaN(value))
                      .max()
                      .orElse(Double.NaN);
              return best > 0 ? gain(variant, reward) / best : Double.NaN;
            })
        .filter(value -> !Double.isNaN(value))
        .average()
        .orElse(Double.NaN);
  }

  String colour(String variant) {
    return COLOURS.get(data.index().variants().indexOf(variant) % COLOURS.size());
  }

  /** Rounds of all members of a variant. */
  List<RoundMetrics> rounds(String variant) {
    return data.of(variant).stream().flatMap(member -> member.run().rounds().stream()).toList();
  }

  static double mean(List<RoundMetrics> rounds, ToDoubleFunction<RoundMetrics> figure) {
    return rounds.stream().mapToDouble(figure).average().orElse(Double.NaN);
  }
}

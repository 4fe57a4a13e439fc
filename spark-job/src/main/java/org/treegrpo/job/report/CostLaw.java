package org.treegrpo.job.report;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.report.ComparisonData.Spent;

/** What a round's seconds depend on, as far as its rounds can tell. */
final class CostLaw {
  /** Below this share of the variance a fit says nothing about the cost of a tree. */
  private static final double TELLING = 0.5;

  private CostLaw() {}

  /** A paragraph; empty where the rounds are too few or all alike. */
  static String html(List<RoundMetrics> rounds) {
    List<RoundMetrics> settled = settled(rounds);
    Optional<LinearFit> byTree =
        fit(settled, round -> new double[] {round.leaves(), round.parents()});
    if (byTree.isPresent()) {
      return paragraph(byTree.get(), List.of("leaves", "parents"), "");
    }
    return fit(settled, round -> new double[] {round.nfe().total()})
        .map(
            fit ->
                paragraph(
                    fit,
                    List.of("network evaluations"),
                    "Every round had trees of the same size, so their cost by leaves and by parents"
                        + " cannot be told apart. "))
        .orElse("");
  }

  /** Without the first round, which pays for starting up. */
  static List<RoundMetrics> settled(List<RoundMetrics> rounds) {
    return rounds.subList(Math.min(1, rounds.size()), rounds.size());
  }

  /**
   * A paragraph on variants whose trees differ: the law of ALGORITHMS.md section 1.6, through the
   * mean of each one's rounds. Empty where they are too few or alike, or differ by more than their
   * trees.
   *
   * @param variants the rounds of each, without the first
   */
  static String ofVariants(List<List<RoundMetrics>> variants) {
    List<List<RoundMetrics>> measured =
        variants.stream().filter(rounds -> !rounds.isEmpty()).toList();
    return LinearFit.of(
            measured.stream()
                .map(
                    rounds ->
                        new double[] {
                          ComparisonScores.mean(rounds, RoundMetrics::leaves),
                          ComparisonScores.mean(rounds, RoundMetrics::parents)
                        })
                .toArray(double[][]::new),
            measured.stream()
                .mapToDouble(rounds -> ComparisonScores.mean(rounds, Spent.SECONDS::of))
                .toArray())
        .filter(fit -> fit.r2() >= TELLING)
        .map(
            fit ->
                new Html()
                    .format(
                        "<p>By variant: seconds a round = %s %s × leaves %s × parents, R² %s.</p>",
                        Figures.number(fit.coefficients().get(0)),
                        Figures.term(fit.coefficients().get(1)),
                        Figures.term(fit.coefficients().get(2)),
                        String.format(Locale.ROOT, "%.4f", fit.r2()))
                    .toString())
        .orElse("");
  }

  private static Optional<LinearFit> fit(
      List<RoundMetrics> rounds, Function<RoundMetrics, double[]> variables) {
    return LinearFit.of(
        rounds.stream().map(variables).toArray(double[][]::new),
        rounds.stream()
            .mapToDouble(round -> round.seconds().total() - round.seconds().checkpoint())
            .toArray());
  }

  private static String paragraph(LinearFit fit, List<String> variables, String before) {
    String names = String.join(" and ", variables);
    if (fit.r2() < TELLING) {
      return new Html()
          .format(
              "<p>%sOnly %s of the differences in time between rounds go with their %s; the rest"
                  + " has other causes, such as the machine's load.</p>",
              before, Figures.percent(fit.r2()), names)
          .toString();
    }
    Html out = new Html();
    out.format("<p>%sCost law: seconds a round = ", before);
    out.text(Figures.number(fit.coefficients().get(0)));
    for (int i = 0; i < variables.size(); i++) {
      out.format(" %s × %s", Figures.term(fit.coefficients().get(i + 1)), variables.get(i));
    }
    return out.format(
            ". It explains %s of the variance between rounds (the first, which starts everything"
                + " up, is left out).</p>",
            Figures.percent(fit.r2()))
        .toString();
  }
}

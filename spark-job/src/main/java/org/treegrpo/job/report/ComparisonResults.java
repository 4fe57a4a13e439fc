package org.treegrpo.job.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.TurnRecord;
import org.treegrpo.job.report.ComparisonData.Member;
import org.treegrpo.job.report.ComparisonData.Spent;

/** Who came to what, in one line, in a table, and where the time went. */
final class ComparisonResults {

  private static final int RANKED = 4;
  private static final int ROUNDS_OF_AN_END = 3;

  private final ComparisonScores scores;
  private final Html out = new Html();

  private ComparisonResults(ComparisonScores scores) {
    this.scores = scores;
  }

  /** The title in words, and the table. */
  static String html(ComparisonScores scores) {
    ComparisonResults section = new ComparisonResults(scores);
    section.out.raw("<h1>").text(section.headline()).raw("</h1>");
    section.legend();
    section.results();
    return section.out.toString();
  }

  private String headline() {
    Optional<String> judge = scores.judge();
    int seeds = scores.data().index().seeds().size();
    String what =
        "%d variants with %s each, every run with %s %s."
            .formatted(
                scores.data().index().variants().size(),
                seeds == 1 ? "one seed" : seeds + " seeds",
                Figures.count(Math.round(scores.data().index().budget().value())),
                switch (scores.data().index().budget().of()) {
                  case "seconds" -> "seconds of training";
                  case "evaluations" -> "evaluations of the network at most";
                  default -> "scored images at most";
                });
    if (judge.isEmpty()) {
      return what;
    }
    List<String> ranked = new ArrayList<>(scores.data().index().variants());
    ranked.removeIf(variant -> Double.isNaN(scores.end(variant, judge.get())));
    ranked.sort((a, b) -> Double.compare(scores.end(b, judge.get()), scores.end(a, judge.get())));
    if (ranked.isEmpty()) {
      return what + " None was evaluated yet.";
    }
    return what
        + " By “%s”%s: %s."
            .formatted(
                judge.get(),
                scores.data().isTrained(judge.get()) ? "" : ", which had no say in training",
                String.join(
                        ", ",
                        ranked.stream()
                            .limit(RANKED)
                            .map(variant -> variant + " " + fromTo(variant, judge.get()))
                            .toList())
                    + (ranked.size() > RANKED ? ", and then the others" : ""));
  }

  private String fromTo(String variant, String reward) {
    return Figures.number(scores.data().base(variant, ComparisonData.score(reward)))
        + " → "
        + Figures.number(scores.end(variant, reward));
  }

  private void legend() {
    out.raw("<div class=\"legend\">");
    for (String variant : scores.data().index().variants()) {
      out.format("<span style=\"--swatch:%s\">%s</span>", scores.colour(variant), variant);
    }
    out.raw("</div>");
  }

  private void results() {
    out.raw("<section><h2>What each came to</h2>")
        .scroll("what each came to")
        .raw("<table class=\"tight\"><tr><th>variant</th>");
    for (String reward : scores.data().rewards()) {
      out.format("<th>%s%s</th>", reward, scores.data().isTrained(reward) ? "" : " (not trained)");
    }
    List<String> trained = scores.data().rewardsOfRollouts();
    trained.forEach(reward -> out.format("<th>%s of the rollouts</th>", reward));
    out.raw(
        "<th>rounds</th><th>images</th><th>evaluations</th><th>s a round</th><th>grow, score,"
            + " learn</th><th>how it ended</th></tr>");
    for (String variant : scores.data().index().variants()) {
      out.format("<tr><th>%s</th>", variant);
      for (String reward : scores.data().rewards()) {
        double gain = scores.gain(variant, reward);
        out.format(
            "<td>%s (%s)</td>",
            Figures.spread(scores.data().last(variant, ComparisonData.score(reward))),
            Figures.difference(gain));
      }
      List<RoundMetrics> rounds = scores.rounds(variant);
      trained.forEach(reward -> out.format("<td>%s</td>", inTraining(variant, reward)));
      int seeds = Math.max(1, scores.data().of(variant).size());
      out.format(
          "<td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s, %s, %s</td><td>%s</td></tr>",
          rounds.size() / seeds,
          Figures.count(rounds.stream().mapToLong(RoundMetrics::leaves).sum() / seeds),
          Figures.count(rounds.stream().mapToLong(round -> round.nfe().total()).sum() / seeds),
          Figures.number(ComparisonScores.mean(rounds, Spent.SECONDS::of)),
          Figures.number(ComparisonScores.mean(rounds, round -> round.seconds().grow())),
          Figures.number(ComparisonScores.mean(rounds, round -> round.seconds().score())),
          Figures.number(ComparisonScores.mean(rounds, round -> round.seconds().learn())),
          ended(variant));
    }
    out.raw(
        "</table></div><p class=\"soft\">Mean over seeds ± their standard deviation, and the gain over the base as the variant samples it; of the rollouts the first and the last three rounds.</p>");
    out.raw("</section>");
  }

  /** Of the first and of the last rounds, the mean over the seeds. */
  private String inTraining(String variant, String reward) {
    double[] first =
        scores.data().of(variant).stream()
            .mapToDouble(
                member -> ComparisonScores.mean(ends(member.run().rounds(), true), score(reward)))
            .toArray();
    double[] last =
        scores.data().of(variant).stream()
            .mapToDouble(
                member -> ComparisonScores.mean(ends(member.run().rounds(), false), score(reward)))
            .toArray();
    return Figures.number(ComparisonData.mean(first))
        + " → "
        + Figures.number(ComparisonData.mean(last));
  }

  private static ToDoubleFunction<RoundMetrics> score(String reward) {
    return round -> {
      RoundMetrics.RewardStatistics statistics = round.reward().get(reward);
      return statistics == null ? Double.NaN : statistics.mean();
    };
  }

  private static List<RoundMetrics> ends(List<RoundMetrics> rounds, boolean first) {
    int count = Math.min(ROUNDS_OF_AN_END, rounds.size());
    return first ? rounds.subList(0, count) : rounds.subList(rounds.size() - count, rounds.size());
  }

  private String ended(String variant) {
    Map<String, Integer> ends = new LinkedHashMap<>();
    for (Member member : scores.data().of(variant)) {
      ends.merge(ended(member), 1, Integer::sum);
    }
    return String.join(
        "; ",
        ends.entrySet().stream()
            .map(end -> end.getValue() > 1 ? end.getKey() + " × " + end.getValue() : end.getKey())
            .toList());
  }

  private String ended(Member member) {
    Optional<TurnRecord> last =
        scores.data().turns().stream()
            .filter(turn -> turn.variant().equals(member.place().variant()))
            .filter(turn -> turn.seed() == member.place().seed())
            .reduce((earlier, later) -> later);
    if (last.isEmpty()) {
      return "not begun";
    }
    return switch (last.get().status()) {
      case GOES_ON -> "not at its end";
      case DONE -> "by its " + last.get().endedBy();
      case DIVERGED -> "diverged: " + last.get().error();
      case FAILED -> "failed: " + last.get().error();
    };
  }
}

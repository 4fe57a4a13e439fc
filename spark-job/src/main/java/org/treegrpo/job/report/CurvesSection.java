package org.treegrpo.job.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.EvaluationRecord.HeldOutReward;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.RoundMetrics.RewardStatistics;
import org.treegrpo.job.report.LineChart.Point;
import org.treegrpo.job.report.LineChart.Series;

/** Held-out scores, training rewards and the health of the updates, round by round. */
final class CurvesSection {
  private static final String TRAINED = "var(--blue)";
  private static final String NOT_TRAINED = "var(--orange)";
  private static final String PALE = "var(--blue-pale)";
  private static final int SMOOTHED = 10;
  private static final String PLAIN = "var(--soft)";

  private CurvesSection() {}

  static String html(RunData data) {
    Html out = new Html();
    heldOut(out, data);
    training(out, data);
    return out.toString();
  }

  private static void heldOut(Html out, RunData data) {
    List<String> rewards = data.heldOutRewards();
    if (rewards.isEmpty()) {
      return;
    }
    out.raw("<section><h2>Did it really get better?</h2><p>")
        .text(
            "A model can learn to please its judge without getting better (“reward hacking”). So"
                + " the held-out prompts are also scored by judges that training never saw: only"
                + " when those rise too is the improvement real. ")
        .text(verdict(data))
        .raw("</p>");
    legend(out, rewards.stream().filter(data::isTrained).toList(), TRAINED, "trained on");
    legend(
        out,
        rewards.stream().filter(r -> !data.isTrained(r)).toList(),
        NOT_TRAINED,
        "not trained on");
    out.raw("<div class=\"charts\">");
    List<String> readers = rewards.stream().filter(data::isReader).toList();
    if (!readers.isEmpty()) {
      LineChart chart = new LineChart(480, 240, "round", Figures::percent).include(0);
      readers.forEach(reward -> chart.add(heldOut(data, reward, RunData::readRight, value -> 0)));
      chart(out, "Read correctly, held-out words", chart);
    }
    for (List<String> group : sameScale(data, rewards)) {
      LineChart chart = new LineChart(480, 240, "round", Figures::tick);
      group.forEach(
          reward -> chart.add(heldOut(data, reward, HeldOutReward::mean, HeldOutReward::ci95)));
      chart(out, "Mean score, held-out: " + String.join(", ", group), chart);
    }
    out.raw("</div><p class=\"soft\">Bands are 95% confidence intervals.</p></section>");
  }

  /** Readers share one chart, every other reward has a scale of its own. */
  private static List<List<String>> sameScale(RunData data, List<String> rewards) {
    List<List<String>> groups = new ArrayList<>();
    List<String> readers = rewards.stream().filter(data::isReader).toList();
    if (!readers.isEmpty()) {
      groups.add(readers);
    }
    rewards.stream().filter(reward -> !data.isReader(reward)).map(List::of).forEach(groups::add);
    return groups;
  }

  private static Series heldOut(
      RunData data,
      String reward,
      ToDoubleFunction<HeldOutReward> value,
      ToDoubleFunction<HeldOutReward> spread) {
    boolean trained = data.isTrained(reward);
    List<Point> points = new ArrayList<>();
    for (EvaluationRecord evaluation : data.evaluations()) {
      HeldOutReward held = evaluation.reward().get(reward);
      if (held != null) {
        double band = spread.applyAsDouble(held);
        points.add(
            new Point(
                evaluation.round(), value.applyAsDouble(held), Double.isNaN(band) ? 0 : band));
      }
    }
    return new Series(reward, trained ? TRAINED : NOT_TRAINED, !trained, points);
  }

  private static String verdict(RunData data) {
    if (data.evaluationBefore().isEmpty() || data.evaluationAfter().isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    for (String reward : data.heldOutRewards()) {
      HeldOutReward before = data.evaluationBefore().get().reward().get(reward);
      HeldOutReward after = data.evaluationAfter().get().reward().get(reward);
      if (before != null && after != null && !data.isTrained(reward)) {
        String sentence =
            switch (Verdict.of(before, after)) {
              case ROSE -> "Here “%s” rose. ";
              case FELL -> "Here “%s” fell: treat the gain with care. ";
              case UNCLEAR -> "Here “%s” did not change by more than chance. ";
            };
        text.append(sentence.formatted(reward));
      }
    }
    return text.isEmpty() ? "This run has no such judge." : text.toString().strip();
  }

  private static void training(Html out, RunData data) {
    if (data.rounds().isEmpty()) {
      return;
    }
    out.raw("<section><h2>While training</h2><p>")
        .text(
            "Mean score of the pictures drawn in each round. They come from the training prompts"
                + " and with added randomness, so they compare with each other, not with the"
                + " held-out ones.")
        .raw("</p><div class=\"charts\">");
    Set<String> rewards = new LinkedHashSet<>();
    data.rounds().forEach(round -> rewards.addAll(round.reward().keySet()));
    for (String reward : rewards) {
      List<Point> points = training(data, reward);
      boolean smooth = points.size() >= 2 * SMOOTHED;
      LineChart chart = new LineChart(480, 220, "round", Figures::tick);
      chart.add(new Series(reward, smooth ? PALE : TRAINED, false, points));
      if (smooth) {
        String name = "mean of %d rounds".formatted(SMOOTHED);
        chart.add(new Series(name, TRAINED, false, smoothed(points)));
      }
      chart(
          out,
          smooth ? "%s, and the mean of %d rounds".formatted(reward, SMOOTHED) : reward,
          chart);
    }
    out.raw("</div><details><summary>Health of the updates</summary><div class=\"charts small\">");
    health(out, data, "Gradient norm", RoundMetrics::gradientNorm);
    health(out, data, "Learning rate", RoundMetrics::learningRate);
    health(out, data, "Std of the advantages", RoundMetrics::advantageStd);
    health(out, data, "Share of edges clipped", RoundMetrics::clipFraction);
    health(out, data, "Approximate KL (nats)", RoundMetrics::approxKl);
    health(out, data, "Penalties, of the loss", RoundMetrics::penalty);
    health(out, data, "Gap to the policy of the rollouts", RoundMetrics::oldPolicyGap);
    health(out, data, "Greatest |ratio − 1| at first", RoundMetrics::ratioMaxDeviation);
    health(out, data, "Prompts with equal scores", RoundMetrics::zeroVarianceGroups);
    health(out, data, "Pictures not scored", CurvesSection::failed);
    health(out, data, "Shares regrown", RoundMetrics::sharesRegrown);
    out.raw("</div></details></section>");
  }

  private static List<Point> training(RunData data, String reward) {
    List<Point> points = new ArrayList<>();
    for (RoundMetrics round : data.rounds()) {
      RewardStatistics statistics = round.reward().get(reward);
      points.add(new Point(round.round(), statistics == null ? Double.NaN : statistics.mean(), 0));
    }
    return points;
  }

  /** The mean of each point and those before it, {@link #SMOOTHED} in all. */
  private static List<Point> smoothed(List<Point> points) {
    List<Point> means = new ArrayList<>();
    for (int end = SMOOTHED; end <= points.size(); end++) {
      double mean =
          points.subList(end - SMOOTHED, end).stream()
              .mapToDouble(Point::y)
              .filter(y -> !Double.isNaN(y))
              .average()
              .orElse(Double.NaN);
      means.add(new Point(points.get(end - 1).x(), mean, 0));
    }
    return means;
  }

  private static double failed(RoundMetrics round) {
    return round.reward().values().stream().mapToInt(RewardStatistics::failed).sum();
  }

  private static void health(
      Html out, RunData data, String title, ToDoubleFunction<RoundMetrics> value) {
    List<Point> points =
        data.rounds().stream()
            .map(round -> new Point(round.round(), value.applyAsDouble(round), 0))
            .toList();
    chart(
        out,
        title,
        new LineChart(300, 150, "round", Figures::tick)
            .add(new Series(title, PLAIN, false, points)));
  }

  private static void chart(Html out, String title, LineChart chart) {
    String svg = chart.svg(title);
    if (!svg.isEmpty()) {
      out.format("<div><h3>%s</h3>", title).raw(svg).raw("</div>");
    }
  }

  private static void legend(Html out, List<String> rewards, String colour, String label) {
    if (!rewards.isEmpty()) {
      out.format(
          "<div class=\"legend\"><span style=\"--swatch:%s\">%s: %s</span></div>",
          colour, label, String.join(", ", rewards));
    }
  }
}

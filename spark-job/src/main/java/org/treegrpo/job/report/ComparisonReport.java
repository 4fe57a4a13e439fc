package org.treegrpo.job.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.treegrpo.core.prompt.TargetText;
import org.treegrpo.job.files.RunLayout;
import org.treegrpo.job.images.ImageGrid;
import org.treegrpo.job.images.SampleSheet;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.ImageStatistics;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.RunFiles;
import org.treegrpo.job.metrics.TurnRecord;
import org.treegrpo.job.report.ComparisonData.Mean;
import org.treegrpo.job.report.ComparisonData.Member;
import org.treegrpo.job.report.ComparisonData.Spent;
import org.treegrpo.job.report.LineChart.Point;
import org.treegrpo.job.report.LineChart.Series;

/**
 * Writes {@code report.html} and {@code compare.csv} of a comparison from what lies in its
 * directory: who reached what, at which price.
 */
public final class ComparisonReport {

  private static final List<String> COLOURS =
      List.of(
          "#2563c4", "#c46a14", "#12804a", "#a02c6e", "#6b5bd2", "#8a6d0b", "#1b8a94", "#b3372c",
          "#5d6875", "#7fb13d", "#d17d9a", "#20242a", "#e0a526", "#6ec3e0");
  private static final int WORDS = 12;
  private static final int RANKED = 4;

  /** A smaller difference of scores is shown as none. */
  private static final double SMALLEST = 0.0005;

  private static final int ROUNDS_OF_AN_END = 3;
  private static final int MAX_WIDTH = 160;

  /** Of Student's distribution: two-sided 95 %, by degrees of freedom from 1 on. */
  private static final double[] T95 = {
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228
  };

  private static final double NORMAL95 = 1.96;

  private final ComparisonData data;
  private final Html out = new Html();

  private ComparisonReport(ComparisonData data) {
    this.data = data;
  }

  /**
   * Writes both files; nothing where there is no comparison.
   *
   * @return the page
   * @throws IOException if a file cannot be read or is damaged, or one cannot be written
   */
  public static Optional<Path> write(FileSystem fs, Path directory) throws IOException {
    Optional<ComparisonData> data = ComparisonData.read(fs, directory);
    if (data.isEmpty()) {
      return Optional.empty();
    }
    RunLayout layout = new RunLayout(directory);
    RunFiles.write(fs, layout.table(), ComparisonTable.csv(data.get()));
    RunFiles.write(fs, layout.report(), new ComparisonReport(data.get()).page(directory.getName()));
    return Optional.of(layout.report());
  }

  private String page(String name) throws IOException {
    String title = "TreeGRPO comparison " + name;
    out.format("<div class=\"kicker\">TreeGRPO comparison · %s</div>", name);
    out.raw("<h1>").text(headline()).raw("</h1>");
    legend();
    results();
    curves();
    times();
    pareto();
    differences();
    price();
    pictures();
    seconds();
    return Page.of(title, out.toString());
  }

  private String headline() {
    Optional<String> judge = judge();
    int seeds = data.index().seeds().size();
    String what =
        "%d variants with %s each, every run with %s %s."
            .formatted(
                data.index().variants().size(),
                seeds == 1 ? "one seed" : seeds + " seeds",
                Figures.count(Math.round(data.index().budget().value())),
                switch (data.index().budget().of()) {
                  case "seconds" -> "seconds of training";
                  case "evaluations" -> "evaluations of the network at most";
                  default -> "scored images at most";
                });
    if (judge.isEmpty()) {
      return what;
    }
    List<String> ranked = new ArrayList<>(data.index().variants());
    ranked.removeIf(variant -> Double.isNaN(end(variant, judge.get())));
    ranked.sort((a, b) -> Double.compare(end(b, judge.get()), end(a, judge.get())));
    if (ranked.isEmpty()) {
      return what + " None was evaluated yet.";
    }
    return what
        + " By “%s”%s: %s."
            .formatted(
                judge.get(),
                data.isTrained(judge.get()) ? "" : ", which had no say in training",
                String.join(
                        ", ",
                        ranked.stream()
                            .limit(RANKED)
                            .map(variant -> variant + " " + fromTo(variant, judge.get()))
                            .toList())
                    + (ranked.size() > RANKED ? ", and then the others" : ""));
  }

  /** The reward to rank by: one that was not trained, where there is one. */
  private Optional<String> judge() {
    return data.rewards().stream()
        .filter(reward -> !data.isTrained(reward))
        .findFirst()
        .or(() -> data.rewards().stream().findFirst());
  }

  private String fromTo(String variant, String reward) {
    return Figures.number(data.base(variant, ComparisonData.score(reward)))
        + " → "
        + Figures.number(end(variant, reward));
  }

  private double end(String variant, String reward) {
    return ComparisonData.mean(data.last(variant, ComparisonData.score(reward)));
  }

  private String colour(String variant) {
    return COLOURS.get(data.index().variants().indexOf(variant) % COLOURS.size());
  }

  private void legend() {
    out.raw("<div class=\"legend\">");
    for (String variant : data.index().variants()) {
      out.format("<span style=\"--swatch:%s\">%s</span>", colour(variant), variant);
    }
    out.raw("</div>");
  }

  private void results() {
    out.raw(
        "<section><h2>What each came to</h2><div class=\"scroll\"><table class=\"tight\"><tr><th>variant</th>");
    for (String reward : data.rewards()) {
      out.format("<th>%s%s</th>", reward, data.isTrained(reward) ? "" : " (not trained)");
    }
    List<String> trained = data.rewardsOfRollouts();
    trained.forEach(reward -> out.format("<th>%s of the rollouts</th>", reward));
    out.raw(
        "<th>rounds</th><th>images</th><th>evaluations</th><th>s a round</th><th>grow, score,"
            + " learn</th><th>how it ended</th></tr>");
    for (String variant : data.index().variants()) {
      out.format("<tr><th>%s</th>", variant);
      for (String reward : data.rewards()) {
        double gain = gain(variant, reward);
        out.format(
            "<td>%s (%s)</td>",
            spread(data.last(variant, ComparisonData.score(reward))), rounded(gain));
      }
      List<RoundMetrics> rounds =
          data.of(variant).stream().flatMap(member -> member.run().rounds().stream()).toList();
      trained.forEach(reward -> out.format("<td>%s</td>", inTraining(variant, reward)));
      int seeds = Math.max(1, data.of(variant).size());
      out.format(
          "<td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s, %s, %s</td><td>%s</td></tr>",
          rounds.size() / seeds,
          Figures.count(rounds.stream().mapToLong(RoundMetrics::leaves).sum() / seeds),
          Figures.count(rounds.stream().mapToLong(round -> round.nfe().total()).sum() / seeds),
          Figures.number(mean(rounds, Spent.SECONDS::of)),
          Figures.number(mean(rounds, round -> round.seconds().grow())),
          Figures.number(mean(rounds, round -> round.seconds().score())),
          Figures.number(mean(rounds, round -> round.seconds().learn())),
          ended(variant));
    }
    out.raw(
        "</table></div><p class=\"soft\">Mean over seeds ± their standard deviation, and the gain over the base as the variant samples it; of the rollouts the first and the last three rounds.</p>");
    out.raw("</section>");
  }

  /** Of the first and of the last rounds, the mean over the seeds. */
  private String inTraining(String variant, String reward) {
    double[] first =
        data.of(variant).stream()
            .mapToDouble(member -> mean(ends(member.run().rounds(), true), score(reward)))
            .toArray();
    double[] last =
        data.of(variant).stream()
            .mapToDouble(member -> mean(ends(member.run().rounds(), false), score(reward)))
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

  private static double mean(List<RoundMetrics> rounds, ToDoubleFunction<RoundMetrics> figure) {
    return rounds.stream().mapToDouble(figure).average().orElse(Double.NaN);
  }

  /** A difference of scores, which lie in the thousandths. */
  private static String rounded(double difference) {
    if (Double.isNaN(difference)) {
      return "–";
    }
    return Math.abs(difference) < SMALLEST
        ? "±0"
        : String.format(Locale.ROOT, "%+.3f", difference).replace('-', '−');
  }

  private static String spread(double[] values) {
    if (values.length == 0) {
      return "–";
    }
    String mean = Figures.number(ComparisonData.mean(values));
    return values.length == 1 ? mean : mean + " ± " + Figures.number(ComparisonData.std(values));
  }

  private String ended(String variant) {
    Map<String, Integer> ends = new LinkedHashMap<>();
    for (Member member : data.of(variant)) {
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
        data.turns().stream()
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

  private void curves() {
    out.raw("<section><h2>Held-out score against what was spent</h2><p>")
        .text(
            "The lines are means over the seeds, the bands one standard deviation. What was trained"
                + " on and what was not stand side by side: where only the first rises, training"
                + " has pleased its judge and nobody else.")
        .raw("</p>");
    for (Spent spent : Spent.values()) {
      out.format("<h3>Against %s</h3><div class=\"charts\">", spent.label());
      for (String reward : data.rewards()) {
        LineChart chart = new LineChart(480, 240, spent.label(), Figures::tick);
        for (String variant : data.index().variants()) {
          chart.add(series(variant, data.mean(variant, spent, ComparisonData.score(reward))));
        }
        chart(reward + (data.isTrained(reward) ? "" : ", not trained on"), chart);
      }
      out.raw("</div>");
    }
    out.raw("</section>");
  }

  private Series series(String variant, Mean mean) {
    return new Series(
        variant,
        colour(variant),
        false,
        IntStream.range(0, mean.x().length)
            .mapToObj(i -> new Point(mean.x()[i], mean.mean()[i], mean.spread()[i]))
            .toList());
  }

  private void chart(String title, LineChart chart) {
    String svg = chart.svg(title);
    if (!svg.isEmpty()) {
      out.format("<div><h3>%s</h3>", title).raw(svg).raw("</div>");
    }
  }

  /** When a variant's mean reaches what another one has at its end. */
  private void times() {
    if (judge().isEmpty()) {
      return;
    }
    String reward = judge().get();
    List<String> variants = data.index().variants();
    out.raw("<section><h2>Seconds to the score that another one ends with</h2><p>")
        .text(
            "By “%s”: each row's mean curve, as a share of the time that the column's took to its"
                    .formatted(reward)
                + " end. Below 1 is faster, 0 is there at its start, – is never.")
        .raw("</p><div class=\"scroll\"><table class=\"tight\"><tr><th></th>");
    variants.forEach(variant -> out.format("<th>%s</th>", variant));
    out.raw("</tr>");
    for (String row : variants) {
      out.format("<tr><th>%s</th>", row);
      Mean curve = data.mean(row, Spent.SECONDS, ComparisonData.score(reward));
      for (String column : variants) {
        Mean other = data.mean(column, Spent.SECONDS, ComparisonData.score(reward));
        double share = Double.NaN;
        if (other.x().length > 0) {
          double goal = other.mean()[other.mean().length - 1];
          share = curve.curve().reaches(goal) / other.curve().end();
        }
        out.format("<td>%s</td>", Double.isNaN(share) ? "–" : Figures.number(share));
      }
      out.raw("</tr>");
    }
    out.raw("</table></div></section>");
  }

  /** Normalised score (r - base) / (best - base), the mean over rewards, against s a round. */
  private void pareto() {
    Map<String, Point> points = new LinkedHashMap<>();
    for (String variant : data.index().variants()) {
      List<RoundMetrics> rounds =
          data.of(variant).stream().flatMap(member -> member.run().rounds().stream()).toList();
      double score = normalised(variant);
      double seconds = mean(rounds, Spent.SECONDS::of);
      if (!Double.isNaN(score) && !Double.isNaN(seconds)) {
        points.put(variant, new Point(seconds, score, 0));
      }
    }
    if (points.isEmpty()) {
      return;
    }
    out.raw("<section><h2>Pareto front</h2><p>")
        .text(
            "Normalised score, (r − base) / (best − base), the mean over the held-out rewards,"
                + " against the seconds of a round. On the front nobody is both faster and better.")
        .raw("</p>");
    LineChart chart = new LineChart(640, 260, "seconds a round", Figures::tick).include(0);
    chart.add(
        new Series(
            "front",
            "#8d99a6",
            true,
            points.values().stream()
                .filter(point -> points.values().stream().noneMatch(other -> beats(other, point)))
                .sorted((a, b) -> Double.compare(a.x(), b.x()))
                .toList()));
    points.forEach(
        (variant, point) -> chart.add(new Series(variant, colour(variant), false, List.of(point))));
    out.raw("<div class=\"wide\">").raw(chart.svg("Pareto front")).raw("</div></section>");
  }

  private static boolean beats(Point one, Point other) {
    return one.x() <= other.x()
        && one.y() >= other.y()
        && (one.x() < other.x() || one.y() > other.y());
  }

  private double normalised(String variant) {
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

  private double gain(String variant, String reward) {
    return end(variant, reward) - data.base(variant, ComparisonData.score(reward));
  }

  /** Of the same seed, to the first variant. */
  private void differences() {
    List<String> variants = data.index().variants();
    String first = variants.get(0);
    out.format(
        "<section><h2>Differences to %s, seed by seed</h2><p>At the end of the budget, the mean of"
            + " the differences and its 95%% interval over seeds.</p>"
            + "<div class=\"scroll\"><table class=\"tight\"><tr><th></th>",
        first);
    data.rewards().forEach(reward -> out.format("<th>%s</th>", reward));
    out.raw("</tr>");
    for (String variant : variants.subList(1, variants.size())) {
      out.format("<tr><th>%s</th>", variant);
      for (String reward : data.rewards()) {
        out.format("<td>%s</td>", interval(paired(variant, first, reward)));
      }
      out.raw("</tr>");
    }
    out.raw("</table></div></section>");
  }

  private double[] paired(String variant, String first, String reward) {
    ToDoubleFunction<EvaluationRecord> score = ComparisonData.score(reward);
    List<Double> differences = new ArrayList<>();
    for (Member member : data.of(variant)) {
      for (Member other : data.of(first)) {
        if (member.place().seed() == other.place().seed()
            && member.last().isPresent()
            && other.last().isPresent()) {
          differences.add(
              score.applyAsDouble(member.last().get()) - score.applyAsDouble(other.last().get()));
        }
      }
    }
    return differences.stream()
        .mapToDouble(Double::doubleValue)
        .filter(value -> !Double.isNaN(value))
        .toArray();
  }

  private static String interval(double[] differences) {
    if (differences.length == 0) {
      return "–";
    }
    String mean = rounded(ComparisonData.mean(differences));
    if (differences.length == 1) {
      return mean + " (one seed)";
    }
    double t = differences.length - 2 < T95.length ? T95[differences.length - 2] : NORMAL95;
    double half = t * ComparisonData.std(differences) / Math.sqrt(differences.length);
    return mean + " ± " + Figures.number(half);
  }

  /** Each statistic against the score: what a higher score was bought with. */
  private void price() {
    if (judge().isEmpty()) {
      return;
    }
    String reward = judge().get();
    out.raw("<section><h2>The price paid</h2><p>")
        .text(
            "Statistics of the held-out pictures that no reward asks for, against “%s” on the way"
                    .formatted(reward)
                + " from the base. Lines that rise or fall steeply bought their score with"
                + " something else.")
        .raw("</p><div class=\"charts\">");
    for (String name : ImageStatistics.names()) {
      priceChart(PriceSection.title(name), reward, record -> record.images().of(name));
    }
    priceChart("Difference within a prompt", reward, EvaluationRecord::diversity);
    out.raw("</div><div class=\"scroll\"><table class=\"tight\"><tr><th>at the end</th>");
    ImageStatistics.names().forEach(name -> out.format("<th>%s</th>", PriceSection.title(name)));
    out.raw("<th>Difference within a prompt</th></tr>");
    for (String variant : data.index().variants()) {
      priceRow(
          variant,
          figure ->
              Figures.number(data.base(variant, figure))
                  + " → "
                  + spread(data.last(variant, figure)));
    }
    out.raw("</table></div></section>");
  }

  private void priceRow(String name, Function<ToDoubleFunction<EvaluationRecord>, String> show) {
    out.format("<tr><th>%s</th>", name);
    for (String statistic : ImageStatistics.names()) {
      out.format("<td>%s</td>", show.apply(record -> record.images().of(statistic)));
    }
    out.format("<td>%s</td></tr>", show.apply(EvaluationRecord::diversity));
  }

  private void priceChart(
      String title, String reward, ToDoubleFunction<EvaluationRecord> statistic) {
    LineChart chart = new LineChart(480, 220, reward, Figures::tick).include(0);
    for (String variant : data.index().variants()) {
      Mean score = data.mean(variant, Spent.SECONDS, ComparisonData.score(reward));
      Mean price = data.mean(variant, Spent.SECONDS, statistic);
      chart.add(
          new Series(
              variant,
              colour(variant),
              false,
              IntStream.range(0, score.x().length)
                  .filter(i -> !Double.isNaN(score.mean()[i]))
                  .mapToObj(i -> new Point(score.mean()[i], price.mean()[i], 0))
                  .toList()));
    }
    chart(title, chart);
  }

  /** The same prompts and noise, drawn by the base and by the first seed of each variant. */
  private void pictures() throws IOException {
    Map<String, ImageGrid> grids = new LinkedHashMap<>();
    for (String variant : data.index().variants()) {
      RunData run = data.of(variant).get(0).run();
      if (grids.isEmpty() && run.before().isPresent()) {
        grids.put("the base", run.before().get());
      }
      run.after().ifPresent(grid -> grids.put(variant, grid));
    }
    if (grids.size() < 2) {
      return;
    }
    out.format(
        "<section><h2>The same words, side by side</h2><p>Held-out prompts in file order, not"
            + " selected, the first picture of each from the same noise; seed %s.</p>"
            + "<div class=\"scroll\"><table class=\"tight\"><tr><th></th>",
        data.index().seeds().get(0));
    grids.keySet().forEach(name -> out.format("<th>%s</th>", name));
    out.raw("</tr>");
    List<SampleSheet.Cell> cells = grids.values().iterator().next().sheet().cells();
    int shown = 0;
    for (int i = 0; i < cells.size() && shown < WORDS; i++) {
      if (cells.get(i).sample() == 0) {
        pictureRow(grids, cells.get(i));
        shown++;
      }
    }
    out.raw("</table></div></section>");
  }

  private void pictureRow(Map<String, ImageGrid> grids, SampleSheet.Cell wanted) {
    out.format("<tr><th><bdi>%s</bdi></th>", wanted.text());
    for (Map.Entry<String, ImageGrid> grid : grids.entrySet()) {
      out.raw("<td>");
      List<SampleSheet.Cell> cells = grid.getValue().sheet().cells();
      for (int i = 0; i < cells.size(); i++) {
        SampleSheet.Cell cell = cells.get(i);
        if (cell.sample() == wanted.sample() && cell.promptId().equals(wanted.promptId())) {
          out.raw(
              Thumbnail.img(
                  grid.getValue().crop(i), MAX_WIDTH, cell.text() + ", " + grid.getKey()));
          cell.read()
              .values()
              .forEach(
                  text ->
                      out.raw(
                              TargetText.isExactly(cell.text(), text)
                                  ? "<span class=\"read right\">✓ "
                                  : "<span class=\"read wrong\">✗ ")
                          .format("<bdi>%s</bdi></span>", text.isBlank() ? "nothing" : text));
        }
      }
      out.raw("</td>");
    }
    out.raw("</tr>");
  }

  private void seconds() {
    double total = sum(TurnRecord::totalSeconds);
    if (total == 0) {
      return;
    }
    double trained = sum(TurnRecord::trainedSeconds);
    double evaluation = sum(TurnRecord::evaluationSeconds);
    double change = sum(TurnRecord::changeSeconds);
    out.raw("<section><h2>Where the time went</h2><p>")
        .text(
            String.format(
                Locale.ROOT,
                "%d turns took %s: %s of training, %s of evaluation, %s to change from one run to"
                    + " the next (booked to nobody), %s for checkpoints, audit and pictures.",
                data.turns().size(),
                Figures.duration(total),
                Figures.duration(trained),
                Figures.duration(evaluation),
                Figures.duration(change),
                Figures.duration(total - trained - evaluation - change)))
        .raw("</p></section>");
  }

  private double sum(ToDoubleFunction<TurnRecord> seconds) {
    return data.turns().stream().mapToDouble(seconds).sum();
  }
}

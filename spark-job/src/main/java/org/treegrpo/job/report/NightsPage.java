package org.treegrpo.job.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.treegrpo.core.base.Printable;
import org.treegrpo.job.gate.Drift;
import org.treegrpo.job.gate.GateRule;
import org.treegrpo.job.metrics.EvaluationRecord.HeldOutReward;
import org.treegrpo.job.metrics.RunFiles;
import org.treegrpo.job.registry.NightResult;
import org.treegrpo.job.registry.NightResult.Status;
import org.treegrpo.job.registry.Promotion;
import org.treegrpo.job.registry.Registry;

/**
 * Writes {@code index.html} of a registry: one page over all its nights, without external
 * references but links to the nights' own reports.
 */
public final class NightsPage {

  /** Nights whose whole table of rules is on the page; the others' are in their reports. */
  private static final int TABLES = 14;

  /** Rules that are named at once, of those that were not held. */
  private static final int SHOWN = 3;

  private static final int LONGEST = 600;

  private NightsPage() {}

  /**
   * Writes the page.
   *
   * @return the page
   * @throws IOException if a file of the registry cannot be read or is damaged, or the page cannot
   *     be written
   */
  public static Path write(Registry registry) throws IOException {
    Path page = new Path(registry.root(), "index.html");
    RunFiles.write(registry.fs(), page, html(registry));
    return page;
  }

  private static String html(Registry registry) throws IOException {
    List<NightRow> rows = NightRow.read(registry);
    Optional<Promotion> current = registry.current();
    Html out = new Html();
    out.format("<div class=\"kicker\">Nights of %s</div>", registry.root().getName());
    out.format("<h1>%s</h1>", headline(rows));
    if (!rows.isEmpty()) {
      reasons(out, rows.get(rows.size() - 1));
    }
    cards(out, rows, current);
    out.raw(NightTrends.html(rows));
    table(out, rows);
    out.raw(PromptUses.html(rows));
    promotions(out, registry);
    return Page.of("Nights of " + registry.root().getName(), out.toString());
  }

  private static String headline(List<NightRow> rows) {
    if (rows.isEmpty()) {
      return "There was no night yet";
    }
    NightRow last = rows.get(rows.size() - 1);
    String night = "Night " + last.night().id();
    return last.result()
        .map(result -> night + ": " + result.version() + verb(result.status()))
        .orElse(night + (last.failure().isPresent() ? " has failed" : " is not over"));
  }

  private static String verb(Status status) {
    return switch (status) {
      case PROMOTED -> " is promoted";
      case REFUSED -> " is refused";
      case WAITING -> " waits for a person’s approval";
    };
  }

  private static void reasons(Html out, NightRow row) {
    out.raw("<p>");
    if (row.result().isEmpty()) {
      row.failure().ifPresent(failure -> out.text(excerpt(failure.error())));
      out.text(" The same command goes on with it.");
    } else if (row.is(Status.REFUSED)) {
      List<GateRule> broken = broken(row.result().get());
      broken.stream()
          .limit(SHOWN)
          .forEach(rule -> out.text("%s: %s. ".formatted(rule.name(), excerpt(rule.text()))));
      if (broken.size() > SHOWN) {
        out.text("And %d rules more. ".formatted(broken.size() - SHOWN));
      }
      out.text("What was in force stays so.");
    } else {
      row.result().get().verdict().rules().stream()
          .limit(1)
          .forEach(rule -> out.text("Trained reward, against what was in force: " + rule.text()));
    }
    out.raw("</p>");
  }

  private static void cards(Html out, List<NightRow> rows, Optional<Promotion> current) {
    out.raw("<div class=\"cards\">");
    card(
        out,
        current.map(Promotion::version).orElse("none"),
        current.map(one -> "in force since " + day(one.at())).orElse("is in force yet"));
    card(
        out,
        "%d of %d"
            .formatted(rows.stream().filter(row -> row.is(Status.PROMOTED)).count(), rows.size()),
        "nights were promoted, %d refused"
            .formatted(rows.stream().filter(row -> row.is(Status.REFUSED)).count()));
    double seconds = rows.stream().mapToDouble(row -> row.summary().seconds()).sum();
    card(out, Figures.duration(seconds), "of training in all nights");
    last(rows, Status.PROMOTED)
        .flatMap(NightRow::drift)
        .ifPresent(
            drift ->
                card(
                    out,
                    Figures.percent(drift.share()),
                    "is the farthest from the base that the newest promotion’s images have moved: "
                        + words(drift)));
    out.raw("</div>");
  }

  private static Optional<NightRow> last(List<NightRow> rows, Status status) {
    return rows.stream().filter(row -> row.is(status)).reduce((earlier, later) -> later);
  }

  private static void card(Html out, String figure, String label) {
    out.format("<div class=\"card\"><b>%s</b><span>%s</span></div>", figure, label);
  }

  private static void table(Html out, List<NightRow> rows) {
    if (rows.isEmpty()) {
      return;
    }
    out.raw("<section><h2>Night by night</h2>")
        .raw("<p>Pictures are of the same prompts from the same noise every night. Held-out scores")
        .raw(
            " are the version’s, after those of what was in force, on the night’s prompts; rewards in")
        .raw(" <i>italics</i> were not trained on.</p>")
        .scroll("nights")
        .raw(
            "<table class=\"nights\"><thead><tr><th scope=\"col\">night</th><th scope=\"col\">outcome</th>")
        .raw("<th scope=\"col\">training</th><th scope=\"col\">held out</th>")
        .raw(
            "<th scope=\"col\">from the base</th><th scope=\"col\">pictures</th></tr></thead><tbody>");
    List<NightRow> newest = new ArrayList<>(rows);
    Collections.reverse(newest);
    for (int i = 0; i < newest.size(); i++) {
      row(out, newest.get(i), i < TABLES);
    }
    rows.stream()
        .filter(row -> row.night().parent() == null && !row.summary().before().isEmpty())
        .findFirst()
        .ifPresent(first -> base(out, first));
    out.raw("</tbody></table></div></section>");
  }

  private static void base(Html out, NightRow first) {
    out.raw(
        "<tr><th scope=\"row\">the base</th><td colspan=\"4\">what the first night began with</td><td>");
    pictures(out, first.summary().before());
    out.raw("</td></tr>");
  }

  private static void row(Html out, NightRow row, boolean whole) {
    NightSummary summary = row.summary();
    out.raw("<tr><th scope=\"row\">");
    if (summary.report()) {
      out.format(
          "<a href=\"nights/%s/run/report.html\">%s</a>", row.night().id(), row.night().id());
    } else {
      out.text(row.night().id());
    }
    out.format("<span class=\"soft\" title=\"%s\">%s</span>", times(row), length(row))
        .raw("</th><td data-label=\"outcome\">");
    out.format("<span class=\"%s badge\">%s</span>", row.style(), row.outcome());
    row.result().ifPresent(result -> out.format(" <b>%s</b>", result.version()));
    outcome(out, row, whole);
    out.raw("</td><td data-label=\"training\">");
    summary.rewards().forEach((reward, means) -> training(out, reward, means, summary.rounds()));
    out.raw("</td><td data-label=\"held out\">");
    row.judgement()
        .ifPresent(
            judgement ->
                judgement
                    .figures()
                    .candidate()
                    .reward()
                    .forEach(
                        (reward, now) ->
                            heldOut(
                                out,
                                reward,
                                judgement.figures().incumbent().reward().get(reward),
                                now)));
    out.raw("</td><td data-label=\"from the base\">");
    row.drift()
        .ifPresent(
            drift ->
                out.format(
                    "<b>%s</b> <span class=\"soft\">%s</span>",
                    Figures.percent(drift.share()), words(drift)));
    out.raw("</td><td data-label=\"pictures\">");
    pictures(out, summary.after());
    out.raw("</td></tr>\n");
  }

  private static String times(NightRow row) {
    return "begun %s, ended %s"
        .formatted(
            day(row.night().started()),
            row.result().map(result -> day(result.finished())).orElse("not yet"));
  }

  private static String length(NightRow row) {
    NightSummary summary = row.summary();
    return "%s rounds, %s%s"
        .formatted(
            summary.rounds(),
            Figures.duration(summary.seconds()),
            summary.resumedAfter() > 0
                ? "; ended and resumed after round " + summary.resumedAfter()
                : "");
  }

  private static void outcome(Html out, NightRow row, boolean whole) {
    if (row.result().isEmpty()) {
      row.failure()
          .ifPresent(
              failure ->
                  out.format(
                      "<div class=\"soft\">%s: %s</div>",
                      day(failure.at()), excerpt(failure.error())));
      return;
    }
    NightResult result = row.result().get();
    List<GateRule> broken = broken(result);
    broken.stream().limit(SHOWN).forEach(rule -> broken(out, rule));
    if (broken.size() > SHOWN) {
      out.format("<div class=\"soft\">and %s more</div>", broken.size() - SHOWN);
    }
    if (whole) {
      out.format("<details><summary>%s rules</summary>", result.verdict().rules().size())
          .raw(GateSection.table(result.verdict()))
          .raw("</details>");
    }
  }

  private static List<GateRule> broken(NightResult result) {
    return result.verdict().rules().stream().filter(rule -> !rule.passed()).toList();
  }

  private static void broken(Html out, GateRule rule) {
    out.format("<div class=\"soft\"><b>%s</b>: %s</div>", rule.name(), excerpt(rule.text()));
  }

  private static void training(Html out, String reward, List<Double> means, int rounds) {
    double first = means.get(0);
    double last = means.get(means.size() - 1);
    out.raw("<div>")
        .raw(Sparkline.svg(means, "%s over %d rounds of training".formatted(reward, rounds)))
        .format(
            "<span class=\"soft\">%s %s → %s</span></div>",
            reward, Figures.number(first), Figures.number(last));
  }

  private static void heldOut(
      Html out, String reward, @Nullable HeldOutReward before, HeldOutReward now) {
    out.format(now.trained() ? "<div>%s " : "<div><i>%s</i> ", reward);
    out.format(
        "<span class=\"soft\">%s →</span> <b>%s</b></div>",
        before == null ? "–" : Figures.number(before.mean()), Figures.number(now.mean()));
  }

  private static void pictures(Html out, List<NightSummary.Picture> pictures) {
    out.raw("<div class=\"strip\">");
    for (NightSummary.Picture picture : pictures) {
      out.format(
          "<img src=\"%s\" alt=\"%s\" title=\"%s\" class=\"%s\">",
          picture.uri(),
          Html.start(picture.text()),
          Html.start(picture.text()),
          picture.pixels() ? "px" : "");
    }
    out.raw("</div>");
  }

  private static void promotions(Html out, Registry registry) throws IOException {
    List<Promotion> promotions = new ArrayList<>(registry.promotions());
    if (promotions.isEmpty()) {
      return;
    }
    Collections.reverse(promotions);
    out.format(
        "<section><h2>What was in force</h2><details><summary>%s promotions</summary>",
        promotions.size());
    out.raw(
        "<table><thead><tr><th>since</th><th>version</th><th>before it</th><th>why</th></tr></thead><tbody>");
    for (Promotion one : promotions) {
      String previous = one.previous();
      out.format(
          "<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>",
          one.at(), one.version(), previous == null ? "the base" : previous, excerpt(one.reason()));
    }
    out.raw("</tbody></table></details></section>");
  }

  static String words(Drift drift) {
    return drift.statistic().replace('_', ' ');
  }

  /** Of an instant in ISO 8601, to the minute. */
  private static String day(String instant) {
    return instant.length() < 16 ? instant : instant.substring(0, 16).replace('T', ' ');
  }

  private static String excerpt(String text) {
    return Printable.excerpt(text, LONGEST);
  }
}

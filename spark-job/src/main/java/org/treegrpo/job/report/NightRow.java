package org.treegrpo.job.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.treegrpo.job.gate.Drift;
import org.treegrpo.job.gate.Judgement;
import org.treegrpo.job.metrics.RunFiles;
import org.treegrpo.job.metrics.RunJson;
import org.treegrpo.job.registry.Night;
import org.treegrpo.job.registry.NightDirectory;
import org.treegrpo.job.registry.NightDirectory.Failure;
import org.treegrpo.job.registry.NightResult;
import org.treegrpo.job.registry.Registry;

/**
 * A night as the page over all nights shows it.
 *
 * @param night what it began with
 * @param result what it came to; empty where it is not over
 * @param judgement what the gate has seen; empty where it did not come as far
 * @param failure how its last process that failed did so
 * @param summary of its run
 */
record NightRow(
    Night night,
    Optional<NightResult> result,
    Optional<Judgement> judgement,
    Optional<Failure> failure,
    NightSummary summary) {

  private static final String NAME = "summary.json";

  /**
   * {@code summary.json} of a night that is over: all that the page shows of it, so that its run is
   * read once only, and of many nights a file each.
   *
   * @param judgement null where the gate was not asked
   */
  private record Kept(
      Night night, NightResult result, @Nullable Judgement judgement, NightSummary summary) {}

  /** All nights, the oldest first. */
  static List<NightRow> read(Registry registry) throws IOException {
    List<NightRow> rows = new ArrayList<>();
    for (String id : registry.nightIds()) {
      NightDirectory directory = registry.night(id);
      Optional<Kept> kept =
          RunFiles.readJson(directory.fs(), new Path(directory.root(), NAME), Kept.class);
      if (kept.isPresent()) {
        rows.add(of(kept.get()));
      } else {
        read(directory).ifPresent(rows::add);
      }
    }
    rows.sort(
        Comparator.comparing((NightRow row) -> row.night.started())
            .thenComparing(row -> row.night.id()));
    return rows;
  }

  private static Optional<NightRow> read(NightDirectory directory) throws IOException {
    Optional<Night> night = directory.night();
    if (night.isEmpty()) {
      return Optional.empty();
    }
    NightRow row =
        new NightRow(
            night.get(),
            directory.result(),
            directory.judgement(),
            directory.failure(),
            NightSummary.of(directory));
    if (row.result.isPresent() && !row.is(NightResult.Status.WAITING)) {
      Kept kept = new Kept(row.night, row.result.get(), row.judgement.orElse(null), row.summary);
      RunFiles.write(directory.fs(), new Path(directory.root(), NAME), RunJson.line(kept));
    }
    return Optional.of(row);
  }

  private static NightRow of(Kept kept) {
    return new NightRow(
        kept.night,
        Optional.of(kept.result),
        Optional.ofNullable(kept.judgement),
        Optional.empty(),
        kept.summary);
  }

  boolean is(NightResult.Status status) {
    return result.filter(value -> value.status() == status).isPresent();
  }

  /** In a word or two. */
  String outcome() {
    return result
        .map(value -> value.status().toString())
        .orElse(failure.isPresent() ? "failed" : "not over");
  }

  /** The class of the outcome in the style sheet. */
  String style() {
    return result
        .map(
            value ->
                switch (value.status()) {
                  case PROMOTED -> "right";
                  case REFUSED -> "wrong";
                  case WAITING -> "waits";
                })
        .orElse(failure.isPresent() ? "wrong" : "waits");
  }

  /** The statistic of the images that is farthest from the base's. */
  Optional<Drift> drift() {
    return judgement.flatMap(
        value ->
            Drift.greatest(value.figures().candidate().images(), value.figures().base().images()));
  }
}

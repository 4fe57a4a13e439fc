package org.treegrpo.job.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.treegrpo.job.gate.Drift;
import org.treegrpo.job.gate.Judgement;
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

  /** All nights, the oldest first. */
  static List<NightRow> read(Registry registry) throws IOException {
    List<NightRow> rows = new ArrayList<>();
    for (Night night : registry.nights()) {
      NightDirectory directory = registry.night(night.id());
      Optional<NightResult> result = directory.result();
      rows.add(
          new NightRow(
              night,
              result,
              directory.judgement(),
              directory.failure(),
              NightSummary.of(directory, result)));
    }
    return rows;
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

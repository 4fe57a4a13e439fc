package org.treegrpo.job.train;

import java.io.IOException;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.metrics.Curves;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.MetricsLog;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.RunFiles;
import org.treegrpo.job.metrics.RunJson;
import org.treegrpo.job.metrics.RunResult;
import org.treegrpo.job.settings.MlflowSettings;
import org.treegrpo.job.settings.SettingsIdentity;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.tracking.MlflowTracking;
import org.treegrpo.job.tracking.Point;
import org.treegrpo.job.tracking.TrackedRun;

/** A run as MLflow is told of it, where that is configured; otherwise nothing. */
final class RunTracking {

  private static final Logger LOG = LoggerFactory.getLogger(RunTracking.class);

  private final TrainSettings settings;
  private final RunDirectory directory;
  private final AtomicBoolean warned = new AtomicBoolean();

  RunTracking(TrainSettings settings, RunDirectory directory) {
    this.settings = settings;
    this.directory = directory;
  }

  /**
   * The id of the run in {@code mlflow.json}: it outlives the process, and a copy of the settings.
   */
  record Id(String run) {}

  /**
   * Goes on with what a server knows of the run; rounds that it lacks are sent first.
   *
   * @param log of the rounds that are done
   */
  Optional<MlflowTracking> open(MetricsLog log) {
    Optional<MlflowTracking> tracking = open(Map.of("treegrpo.status", "running"), true);
    tracking.ifPresent(
        opened ->
            opened.add(
                Stream.concat(
                        log.evaluations().stream().map(RunTracking::point),
                        log.rounds().stream().map(RunTracking::point))
                    .toList()));
    return tracking;
  }

  /** Says how the run ended; nothing where it ended before its first round was begun. */
  void end(RunResult result) {
    try (MlflowTracking tracking = open(Map.of(), false).orElse(null)) {
      if (tracking != null) {
        String status = result.status().name().toLowerCase(Locale.ROOT);
        tracking.end(
            result.status(),
            Map.of(
                "treegrpo.status",
                result.endedBy() == null ? status : status + " by " + result.endedBy(),
                "treegrpo.report",
                directory.layout().report().toString()));
      }
    }
  }

  static Point point(RoundMetrics metrics) {
    return new Point(Point.Kind.ROUND, metrics.round(), now(), Curves.of(metrics));
  }

  static Point point(EvaluationRecord evaluation) {
    return new Point(Point.Kind.EVALUATION, evaluation.round(), now(), Curves.of(evaluation));
  }

  private static long now() {
    return Clock.systemUTC().millis();
  }

  private Optional<MlflowTracking> open(Map<String, String> tags, boolean first) {
    MlflowSettings mlflow = settings.report().mlflow();
    if (!mlflow.enabled()) {
      return Optional.empty();
    }
    try {
      Optional<String> id = id(first);
      return id.map(
          known -> new MlflowTracking(mlflow, tracked(known, tags), System.getenv(), warned));
    } catch (IOException unreadable) {
      LOG.warn(
          "{}: {}; MLflow is not told of this run",
          directory.layout().tracking(),
          unreadable.getMessage());
      return Optional.empty();
    }
  }

  private TrackedRun tracked(String id, Map<String, String> tags) {
    Path root = directory.root();
    String given = settings.report().mlflow().runName();
    Path parent = root.getParent();
    String name = parent == null ? root.getName() : parent.getName() + "/" + root.getName();
    Map<String, String> all = new TreeMap<>(tags);
    all.put("treegrpo.run_dir", root.toString());
    all.put("treegrpo.method", settings.method());
    all.put("mlflow.source.name", "treegrpo");
    return new TrackedRun(
        id, given.isEmpty() ? name : given, all, SettingsIdentity.shown(settings.resolved()));
  }

  private Optional<String> id(boolean first) throws IOException {
    Path file = directory.layout().tracking();
    Optional<Id> known = RunFiles.readJson(directory.fs(), file, Id.class);
    if (known.isPresent() || !first) {
      return known.map(Id::run);
    }
    Id made = new Id(UUID.randomUUID().toString());
    RunFiles.write(directory.fs(), file, RunJson.pretty(made));
    return Optional.of(made.run());
  }
}

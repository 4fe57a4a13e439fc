package org.treegrpo.job.tracking;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.mlflow.api.proto.Service.CreateRun;
import org.mlflow.api.proto.Service.Experiment;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.Run;
import org.mlflow.api.proto.Service.RunData;
import org.mlflow.api.proto.Service.RunInfo;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.api.proto.Service.ViewType;
import org.mlflow.tracking.MlflowClient;
import org.treegrpo.job.settings.MlflowSettings;

/** A run on an MLflow server: found there or made, with what it has already. */
final class MlflowRun {

  /** What one request may hold. */
  private static final int MOST_METRICS = 1000;

  private static final int MOST_PARAMETERS = 100;

  /** Of a parameter's value, on servers of any age. */
  private static final int LONGEST_VALUE = 500;

  private static final String ID = "treegrpo.run";

  private final MlflowClient client;
  private final String id;
  private final Map<Point.Kind, Long> last = new EnumMap<>(Point.Kind.class);

  private MlflowRun(MlflowClient client, String id) {
    this.client = client;
    this.id = id;
  }

  static MlflowRun open(MlflowClient client, MlflowSettings settings, TrackedRun run) {
    String experiment =
        client
            .getExperimentByName(settings.experiment())
            .map(Experiment::getExperimentId)
            .orElseGet(() -> client.createExperiment(settings.experiment()));
    Optional<RunInfo> found =
        client
            .searchRuns(
                List.of(experiment),
                "tags.\"%s\" = '%s'".formatted(ID, run.id()),
                ViewType.ACTIVE_ONLY,
                1,
                List.of())
            .getItems()
            .stream()
            .map(Run::getInfo)
            .findFirst();
    MlflowRun opened =
        new MlflowRun(client, found.orElseGet(() -> create(client, experiment, run)).getRunId());
    RunData data = client.getRun(opened.id).getData();
    data.getMetricsList()
        .forEach(
            metric ->
                opened.last.merge(Point.Kind.of(metric.getKey()), metric.getStep(), Math::max));
    opened.parameters(
        run.parameters(),
        data.getParamsList().stream().map(Param::getKey).collect(Collectors.toSet()));
    if (found.isPresent()) {
      client.sendPost(
          "runs/update", "{\"run_id\": \"%s\", \"status\": \"RUNNING\"}".formatted(opened.id));
    }
    opened.tags(run.tags());
    return opened;
  }

  private static RunInfo create(MlflowClient client, String experiment, TrackedRun run) {
    return client.createRun(
        CreateRun.newBuilder()
            .setExperimentId(experiment)
            .setStartTime(System.currentTimeMillis())
            .setRunName(run.name())
            .addTags(tag("mlflow.runName", run.name()))
            .addTags(tag(ID, run.id()))
            .build());
  }

  /** A parameter cannot be changed: what the run was begun with stays. */
  private void parameters(Map<String, String> parameters, Set<String> there) {
    List<Param> missing = new ArrayList<>();
    new TreeMap<>(parameters)
        .forEach(
            (key, value) -> {
              String name = key.replaceAll("\\[(\\d+)]", ".$1").replaceAll("[^\\w./ -]", "_");
              if (!there.contains(name)) {
                missing.add(
                    Param.newBuilder()
                        .setKey(name)
                        .setValue(value.substring(0, Math.min(LONGEST_VALUE, value.length())))
                        .build());
              }
            });
    for (int from = 0; from < missing.size(); from += MOST_PARAMETERS) {
      int to = Math.min(missing.size(), from + MOST_PARAMETERS);
      client.logBatch(id, List.of(), missing.subList(from, to), List.of());
    }
  }

  /** Sends what is not there yet. */
  void add(List<Point> points) {
    List<Metric> metrics = new ArrayList<>();
    Map<Point.Kind, Long> reached = new EnumMap<>(last);
    for (Point point : points) {
      if (point.round() > last.getOrDefault(point.kind(), -1L)) {
        point
            .values()
            .forEach((curve, value) -> metric(point, curve, value).ifPresent(metrics::add));
        reached.merge(point.kind(), (long) point.round(), Math::max);
      }
    }
    for (int from = 0; from < metrics.size(); from += MOST_METRICS) {
      int to = Math.min(metrics.size(), from + MOST_METRICS);
      client.logBatch(id, metrics.subList(from, to), List.of(), List.of());
    }
    last.putAll(reached);
  }

  private static Optional<Metric> metric(Point point, String curve, double value) {
    return Double.isNaN(value)
        ? Optional.empty()
        : Optional.of(
            Metric.newBuilder()
                .setKey(curve)
                .setValue(value)
                .setStep(point.round())
                .setTimestamp(point.millis())
                .build());
  }

  void end(RunStatus status, Map<String, String> tags) {
    tags(tags);
    client.setTerminated(id, status);
  }

  private void tags(Map<String, String> tags) {
    List<RunTag> all = new ArrayList<>();
    new TreeMap<>(tags).forEach((name, value) -> all.add(tag(name, value)));
    client.logBatch(id, List.of(), List.of(), all);
  }

  private static RunTag tag(String name, String value) {
    return RunTag.newBuilder().setKey(name).setValue(value).build();
  }
}

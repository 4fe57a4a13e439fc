package org.treegrpo.job.train;

import java.time.Instant;
import java.util.SortedMap;
import org.apache.spark.package$;
import org.treegrpo.core.tensor.TorchRuntime;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.executor.HostKind;
import org.treegrpo.job.settings.TrainSettings;

/**
 * {@code run.json}: what a run is.
 *
 * @param startedAt of this process, ISO 8601
 * @param resumedAfter rounds that were done before this process
 * @param seed of the run
 * @param rounds to be done in all
 * @param method preset
 * @param configSha256 of the settings that determine the weights
 * @param taskSlots tasks that run at the same time
 * @param parameters trainable parameters
 * @param baseWeightsSha256 of the policy directory's weights
 * @param inputSha256 of each input's content, by the key that names it
 * @param versions of what computes
 * @param executors what each of them is
 */
record RunDescription(
    String startedAt,
    int resumedAfter,
    long seed,
    int rounds,
    String method,
    String configSha256,
    int taskSlots,
    int parameters,
    String baseWeightsSha256,
    SortedMap<String, String> inputSha256,
    Versions versions,
    HostKind executors) {

  record Versions(String spark, String java, String libtorch) {}

  static RunDescription of(
      TrainSettings settings,
      RunInputs inputs,
      RunIdentity identity,
      int finished,
      SparkCluster cluster) {
    return new RunDescription(
        Instant.now().toString(),
        finished,
        settings.seed(),
        settings.rounds(),
        settings.method(),
        settings.resolved().sha256(),
        cluster.slots(),
        inputs.layout().size(),
        inputs.weightsSha256(),
        identity.inputs(),
        new Versions(
            package$.MODULE$.SPARK_VERSION(), Runtime.version().toString(), TorchRuntime.version()),
        cluster.host());
  }
}

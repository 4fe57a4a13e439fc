package org.treegrpo.job.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.treegrpo.job.checkpoint.Checkpoint;
import org.treegrpo.job.checkpoint.CheckpointStore;
import org.treegrpo.job.checkpoint.RunDirectory;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.settings.TrainSettings;

/** A trained or base policy on a cluster, to be evaluated. Owns the Spark context and the inputs. */
public final class PolicySession implements AutoCloseable {

  private final RunInputs inputs;
  private final JavaSparkContext context;
  private final SparkCluster cluster;
  private final int round;
  private final float[] weights;

  private PolicySession(
      RunInputs inputs, JavaSparkContext context, SparkCluster cluster, Weights weights) {
    this.inputs = inputs;
    this.context = context;
    this.cluster = cluster;
    this.round = weights.round();
    this.weights = weights.values();
  }

  /** Weights and how many rounds they were trained. */
  private record Weights(int round, float[] values) {}

  /**
   * Opens a policy.
   *
   * @param checkpoint a checkpoint directory
   * @param runDir the run whose newest checkpoint is meant where {@code checkpoint} is empty; the
   *     base policy where both are
   */
  public static PolicySession open(
      TrainSettings settings,
      Optional<String> checkpoint,
      Optional<String> runDir,
      SparkConf spark,
      Configuration hadoop)
      throws IOException {
    RunInputs inputs = RunInputs.load(settings, hadoop);
    try {
      Weights weights = weights(inputs, checkpoint, runDir, hadoop);
      JavaSparkContext context = new JavaSparkContext(spark);
      SparkCluster cluster =
          new SparkCluster(context, inputs.runSpec(UUID.randomUUID().toString()));
      return new PolicySession(inputs, context, cluster, weights);
    } catch (IOException | RuntimeException e) {
      inputs.close();
      throw e;
    }
  }

  /** Scores the held-out prompts. */
  public Evaluator.Evaluation evaluate() {
    return new Evaluator(cluster, inputs.recipe()).evaluate(round, weights);
  }

  @Override
  public void close() {
    try (inputs;
        context) {
      cluster.close();
    }
  }

  private static Weights weights(
      RunInputs inputs,
      Optional<String> checkpoint,
      Optional<String> runDir,
      Configuration hadoop)
      throws IOException {
    if (checkpoint.isEmpty() && runDir.isEmpty()) {
      return new Weights(0, inputs.baseWeights());
    }
    CheckpointStore store;
    CheckpointStore.Verified found;
    if (checkpoint.isPresent()) {
      Path directory = new Path(checkpoint.get());
      store = new CheckpointStore(RunDirectory.of(directory.toString(), hadoop));
      found = store.verify(directory);
    } else {
      store = new CheckpointStore(RunDirectory.of(runDir.get(), hadoop));
      List<String> refusals = new ArrayList<>();
      found =
          store
              .newestValid(refusals)
              .orElseThrow(
                  () ->
                      new InvalidInputException(
                          "%s holds no valid checkpoint %s".formatted(runDir.get(), refusals),
                          null));
    }
    Checkpoint loaded = store.load(found, inputs.layout());
    return new Weights(loaded.state().round(), loaded.ema().orElse(loaded.weights()));
  }
}

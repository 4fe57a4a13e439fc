package org.treegrpo.job.pretrain;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.treegrpo.core.optim.PairwiseSum;
import org.treegrpo.core.policy.Forward;
import org.treegrpo.core.policy.Policy;
import org.treegrpo.job.settings.PretrainSettings;

/**
 * The gradient of the weighted mean squared error of the prediction over a batch, cut into shards
 * that several tasks evaluate. A shard's content and the order of the sum depend on the shard's
 * number only, so any number of tasks gives the same bytes. Owns one policy and one example source
 * a task.
 */
final class ShardedGradient implements AutoCloseable {

  /** Weighted mean squared error of a step and its gradient. */
  record Result(double loss, float[] gradient) {}

  private record Task(Policy policy, ExampleSource source) {}

  private final long seed;
  private final PretrainSettings.Optimisation optimisation;
  private final List<Task> tasks = new ArrayList<>();
  private final ExecutorService executor;

  ShardedGradient(PretrainJob job, Supplier<Policy> policies, Supplier<ExampleSource> sources) {
    this.seed = job.seed();
    this.optimisation = job.settings().optimisation();
    int count = Math.min(threads(job.settings().threads()), optimisation.shards());
    for (int i = 0; i < count; i++) {
      ExampleSource source = sources.get(); // first: it fails where there are no fonts
      tasks.add(new Task(policies.get(), source));
    }
    executor = Executors.newFixedThreadPool(count);
  }

  /** Loss and gradient at {@code weights} over the examples of a step. */
  Result at(float[] weights, int step) {
    double[] losses = new double[optimisation.shards()];
    PairwiseSum sum = new PairwiseSum(losses.length);
    List<Callable<Void>> work = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      int first = i;
      work.add(
          () -> {
            Task task = tasks.get(first);
            task.policy().install(weights);
            for (int shard = first; shard < losses.length; shard += tasks.size()) {
              float[] gradient = new float[weights.length];
              losses[shard] = shard(task, step, shard, gradient);
              synchronized (sum) {
                sum.add(0, shard, gradient);
              }
            }
            return null;
          });
    }
    run(work);
    double loss = 0;
    for (double ofShard : losses) {
      loss += ofShard;
    }
    return new Result(loss, sum.result());
  }

  /** The shard's part of the loss; writes that of the gradient. */
  private double shard(Task task, int step, int shard, float[] gradient) {
    int rows = optimisation.batch() / optimisation.shards();
    ExampleSource.Examples examples = task.source().examples(rows, seed, step, shard);
    float[] target = examples.target();
    int elements = target.length / rows;
    double scale = 1.0 / ((double) target.length * optimisation.shards());
    double squares = 0;
    try (Forward forward = task.policy().forward(examples.input())) {
      float[] output = new float[target.length];
      float[] cotangent = new float[target.length];
      forward.output(output);
      for (int i = 0; i < output.length; i++) {
        double error = (double) output[i] - target[i];
        double weighted = examples.weights()[i / elements] * error;
        squares += weighted * error;
        cotangent[i] = (float) (2 * scale * weighted);
      }
      forward.backward(cotangent);
    }
    task.policy().drainGradient(gradient);
    return scale * squares;
  }

  private static int threads(int configured) {
    return configured > 0 ? configured : Runtime.getRuntime().availableProcessors();
  }

  private void run(List<Callable<Void>> work) {
    try {
      for (Future<Void> done : executor.invokeAll(work)) {
        done.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("pretraining was interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a gradient task failed: " + e.getCause(), e.getCause());
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
    tasks.forEach(task -> task.policy().close());
  }
}

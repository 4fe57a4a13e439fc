package org.treegrpo.job.pretrain;

import java.util.ArrayList;
import java.util.List;
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
 * The gradient of the mean squared velocity error over a batch, cut into shards that several tasks
 * evaluate. A shard's content and the order of the sum depend on the shard's number only, so any
 * number of tasks gives the same bytes. Owns one policy and one example source a task.
 */
final class ShardedGradient implements AutoCloseable {

  /** Mean squared error of a step and its gradient. */
  record Result(double loss, float[] gradient) {}

  private record Task(Policy policy, ExampleSource source) {}

  private record Part(double loss, float[] gradient) {}

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
    int shards = optimisation.shards();
    List<Future<List<Part>>> futures = new ArrayList<>();
    for (int first = 0; first < tasks.size(); first++) {
      int start = first;
      futures.add(executor.submit(() -> parts(tasks.get(start), weights, step, start)));
    }
    Part[] parts = new Part[shards];
    for (int first = 0; first < tasks.size(); first++) {
      List<Part> done = result(futures.get(first));
      for (int i = 0; i < done.size(); i++) {
        parts[first + i * tasks.size()] = done.get(i);
      }
    }
    double loss = 0;
    PairwiseSum sum = new PairwiseSum(shards);
    for (int shard = 0; shard < shards; shard++) {
      loss += parts[shard].loss();
      sum.add(0, shard, parts[shard].gradient());
    }
    return new Result(loss, sum.result());
  }

  /** Shards {@code first, first + tasks, first + 2 tasks, ..} */
  private List<Part> parts(Task task, float[] weights, int step, int first) {
    task.policy().install(weights);
    List<Part> parts = new ArrayList<>();
    for (int shard = first; shard < optimisation.shards(); shard += tasks.size()) {
      parts.add(part(task, step, shard));
    }
    return parts;
  }

  private Part part(Task task, int step, int shard) {
    int rows = optimisation.batch() / optimisation.shards();
    ExampleSource.Examples examples = task.source().examples(rows, seed, step, shard);
    float[] target = examples.target();
    double scale = 1.0 / ((double) target.length * optimisation.shards());
    double squares = 0;
    try (Forward forward = task.policy().forward(examples.input())) {
      float[] output = new float[target.length];
      float[] cotangent = new float[target.length];
      forward.output(output);
      for (int i = 0; i < output.length; i++) {
        double error = (double) output[i] - target[i];
        squares += error * error;
        cotangent[i] = (float) (2 * scale * error);
      }
      forward.backward(cotangent);
    }
    float[] gradient = new float[task.policy().parameters().size()];
    task.policy().drainGradient(gradient);
    return new Part(scale * squares, gradient);
  }

  private static int threads(int configured) {
    return configured > 0 ? configured : Runtime.getRuntime().availableProcessors();
  }

  private static <T> T result(Future<T> future) {
    try {
      return future.get();
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

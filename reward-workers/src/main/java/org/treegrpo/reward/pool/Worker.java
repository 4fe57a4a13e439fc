package org.treegrpo.reward.pool;

import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;

/**
 * One scoring thread and its instances of the rewards, which it closes when it ends. When the clock
 * settles a call before the worker does, the worker has lost its place to a successor, which has
 * taken over its other instances.
 */
final class Worker implements Runnable {

  private final RewardPool pool;
  private final List<RewardDefinition> definitions;
  private final RewardFactory factory;
  private final @Nullable Reward[] instances;
  private final Thread thread;

  /**
   * @param instances one per definition; null = made on first use. Owned by the worker from now on.
   */
  Worker(
      RewardPool pool,
      List<RewardDefinition> definitions,
      RewardFactory factory,
      @Nullable Reward[] instances,
      int number) {
    this.pool = pool;
    this.definitions = definitions;
    this.factory = factory;
    this.instances = instances;
    this.thread = new Thread(this, "reward-worker-" + number);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  void interrupt() {
    thread.interrupt();
  }

  /**
   * Called by the clock: this worker keeps the instance that hangs, the successor gets the rest.
   */
  Worker successor(int hangingReward, int number) {
    @Nullable Reward[] rest = instances.clone();
    rest[hangingReward] = null;
    return new Worker(pool, definitions, factory, rest, number);
  }

  @Override
  public void run() {
    for (ScoreCall call = pool.next(); call != null; call = pool.next()) {
      Reward reward = instance(call);
      if (reward != null && !score(reward, call)) {
        pool.returned(call.reward());
        reward.close();
        return;
      }
    }
    try {
      for (Reward reward : instances) {
        if (reward != null) {
          reward.close();
        }
      }
    } finally {
      pool.ended(this);
    }
  }

  /** The instance for a call; null where there is none and the call's rows have been failed. */
  private @Nullable Reward instance(ScoreCall call) {
    int index = call.reward();
    if (pool.tooManyHanging(index)) {
      fail(call, "%d earlier calls still hang".formatted(RewardPool.MAX_HANGING), 0);
      return null;
    }
    try {
      if (instances[index] == null) {
        instances[index] = factory.create(definitions.get(index));
      }
      return instances[index];
    } catch (Exception e) { // a reward in a language without checked exceptions throws any
      fail(call, reason(e), 0);
    } catch (Error e) {
      abort(call, e);
    }
    return null;
  }

  /** False where the clock has given this worker up. */
  private boolean score(Reward reward, ScoreCall call) {
    ScheduledFuture<?> clock = pool.startClock(this, call);
    long start = System.nanoTime();
    Runnable report;
    try {
      LongConsumer answer = call.batch().ask(reward, call.column(), call.chunk());
      long nanos = System.nanoTime() - start;
      report = () -> answer.accept(nanos);
    } catch (Exception e) { // a reward in a language without checked exceptions throws any
      long nanos = System.nanoTime() - start;
      report = () -> fail(call, reason(e), nanos);
    } catch (Error e) {
      report = () -> abort(call, e);
    }
    if (!call.settle()) {
      return false;
    }
    clock.cancel(false);
    report.run();
    return true;
  }

  private static void fail(ScoreCall call, String reason, long nanos) {
    call.batch().failed(call.column(), call.chunk(), reason, nanos);
  }

  /** Not the rows' fault: a missing native library, no memory. The caller must hear of it. */
  private void abort(ScoreCall call, Error e) {
    call.batch()
        .abort(
            new RewardException(
                "reward '%s': %s; this is no matter of single images, so nothing is scored any more"
                    .formatted(definitions.get(call.reward()).name(), e),
                e));
  }

  private static String reason(Exception e) {
    return e instanceof RewardException && e.getMessage() != null ? e.getMessage() : e.toString();
  }
}

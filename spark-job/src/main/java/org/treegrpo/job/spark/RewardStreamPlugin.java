package org.treegrpo.job.spark;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.jspecify.annotations.Nullable;

/**
 * The way of the scores from the executors to the driver: Spark's own plugin messages,
 * acknowledged, without another port. Messages arrive on Spark's event loop, so a receiver only
 * enqueues. Also the way of a run's figures to Spark's metrics, {@link RunGauges}.
 */
public final class RewardStreamPlugin implements SparkPlugin {

  private static final Map<String, Consumer<ShareMessage>> RECEIVERS = new ConcurrentHashMap<>();
  private static volatile @Nullable PluginContext executor;
  private static volatile Runnable shutdown = () -> {};

  /** What this JVM releases when its executor stops; the last caller wins. */
  public static void onShutdown(Runnable release) {
    shutdown = release;
  }

  /** Starts delivering a run's messages, on the driver. */
  public static void receive(String runId, Consumer<ShareMessage> receiver) {
    RECEIVERS.put(runId, receiver);
  }

  /** Stops delivering a run's messages. */
  public static void stop(String runId) {
    RECEIVERS.remove(runId);
  }

  /**
   * Sends a message from an executor and waits until the driver has it.
   *
   * @throws IllegalStateException if this JVM is not an executor of a context with this plugin, or
   *     the driver does not answer
   */
  public static void send(ShareMessage message) {
    PluginContext context = executor;
    if (context == null) {
      throw new IllegalStateException(
          "spark.plugins: must contain " + RewardStreamPlugin.class.getName());
    }
    try {
      context.ask(message);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while sending scores to the driver", e);
    } catch (Exception e) {
      throw new IllegalStateException("the driver did not take the scores", e);
    }
  }

  @Override
  public DriverPlugin driverPlugin() {
    return new Driver();
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new Executor();
  }

  private static final class Driver implements DriverPlugin {

    @Override
    public Map<String, String> init(SparkContext context, PluginContext pluginContext) {
      return Map.of();
    }

    @Override
    public void registerMetrics(String appId, PluginContext pluginContext) {
      RunGauges.register(pluginContext.metricRegistry());
    }

    @Override
    public Object receive(Object message) {
      ShareMessage share = (ShareMessage) message;
      Consumer<ShareMessage> receiver = RECEIVERS.get(share.runId());
      if (receiver != null) {
        receiver.accept(share);
      }
      return true;
    }
  }

  private static final class Executor implements ExecutorPlugin {

    @Override
    public void init(PluginContext context, Map<String, String> extraConf) {
      executor = context;
    }

    @Override
    public void shutdown() {
      executor = null;
      shutdown.run();
    }
  }
}

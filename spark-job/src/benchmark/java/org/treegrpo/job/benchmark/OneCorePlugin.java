package org.treegrpo.job.benchmark;

import java.io.IOException;
import java.util.Map;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an executor of one core to one processor, as a resource manager would: otherwise its
 * scoring thread takes another one, and one executor has two.
 */
public final class OneCorePlugin implements SparkPlugin {

  @Override
  public @Nullable DriverPlugin driverPlugin() {
    return null;
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new ExecutorPlugin() {
      @Override
      public void init(PluginContext context, Map<String, String> extraConf) {
        int processors = Runtime.getRuntime().availableProcessors();
        int processor = Integer.parseInt(context.executorID()) % processors;
        pin(ProcessHandle.current().pid(), processor);
      }
    };
  }

  /** All threads that are there; those to come inherit it. */
  private static void pin(long process, int processor) {
    try {
      int exit =
          new ProcessBuilder("taskset", "-acp", "" + processor, "" + process).start().waitFor();
      if (exit != 0) {
        throw new IllegalStateException("taskset (util-linux) ended with " + exit);
      }
    } catch (IOException e) {
      throw new IllegalStateException("taskset (util-linux) is needed to pin executors", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

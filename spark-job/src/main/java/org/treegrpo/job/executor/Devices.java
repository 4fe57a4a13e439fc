package org.treegrpo.job.executor;

import ai.djl.Device;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.treegrpo.core.tensor.TorchRuntime;
import org.treegrpo.job.settings.PolicySettings;

/** Which device a task's network runs on. */
final class Devices {

  private Devices() {}

  /**
   * The device that {@code policy.device} asks for: {@code auto} takes a GPU where libtorch sees
   * one. The GPU is the one that Spark assigned to the task; without an assignment the first.
   *
   * @throws IllegalStateException if a GPU is asked for and there is none
   */
  static Device choose(PolicySettings.Device wanted) {
    boolean available = TorchRuntime.gpuCount() > 0;
    return switch (wanted) {
      case CPU -> Device.cpu();
      case AUTO -> available ? Device.gpu(assigned()) : Device.cpu();
      case GPU -> {
        if (!available) {
          throw new IllegalStateException(
              "treegrpo.policy.device: gpu, but libtorch %s sees no GPU on this executor"
                  .formatted(TorchRuntime.version()));
        }
        yield Device.gpu(assigned());
      }
    };
  }

  private static int assigned() {
    TaskContext context = TaskContext.get();
    ResourceInformation gpu = context == null ? null : context.resourcesJMap().get("gpu");
    return gpu == null ? 0 : Integer.parseInt(gpu.addresses()[0]);
  }
}

package org.treegrpo.job.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.treegrpo.core.policy.Checkpointing;
import org.treegrpo.core.tensor.ArchiveHeader.Parameter;
import org.treegrpo.core.tree.WindowSchedule.RandomWindow;
import org.treegrpo.job.files.RunLayout;
import org.treegrpo.job.settings.BudgetSettings;
import org.treegrpo.job.settings.ForestSettings;
import org.treegrpo.job.settings.Labels;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.WindowSettings;

/** A {@link RunPlan} for the terminal. */
public final class PlanText {
  private final RunPlan plan;
  private final TrainSettings settings;
  private final StringBuilder text = new StringBuilder();

  private PlanText(RunPlan plan) {
    this.plan = plan;
    this.settings = plan.settings();
  }

  /** Settings, work, memory, files and Spark jobs; ends with a line break. */
  public static String of(RunPlan plan) {
    PlanText text = new PlanText(plan);
    text.run();
    text.round();
    text.evaluations();
    text.memory();
    text.device();
    text.sparkMemory();
    text.sparkJobs();
    text.files();
    text.resolved();
    return text.text.toString();
  }

  private void run() {
    heading("Run");
    line("method", "%s, %d rounds, seed %d", settings.method(), settings.rounds(), settings.seed());
    line("budget", "%s", budget(settings.budget()));
    line(
        "policy",
        "%s, latent %s, prediction %s",
        settings.policy().path(),
        latent(),
        plan.inputs().policy().prediction().label());
    parameters("trained", plan.inputs().parameters().trained());
    parameters("frozen", plan.inputs().parameters().frozen());
    line(
        "guidance",
        "%s",
        settings.policy().guidance().branches() == 1
            ? "off"
            : "scale %s, gradient %s"
                .formatted(
                    settings.policy().guidance().scale(),
                    Labels.of(settings.policy().guidance().grad())));
    line(
        "prompts",
        "%d to train on, %d held out",
        plan.inputs().trainPrompts(),
        plan.inputs().evaluationPrompts());
    line(
        "rewards",
        "%s",
        settings.rewards().stream()
            .map(
                reward ->
                    reward.weight() > 0
                        ? "%s (%s, weight %s)"
                            .formatted(reward.name(), reward.type(), reward.weight())
                        : "%s (%s, measured only)".formatted(reward.name(), reward.type()))
            .collect(Collectors.joining(", ")));
  }

  /** A line for all tensors that are alike but for a number in their names. */
  private void parameters(String name, List<Parameter> parameters) {
    line(
        name,
        "%d parameters in %d tensors",
        parameters.stream().mapToLong(Parameter::size).sum(),
        parameters.size());
    parameters.stream()
        .collect(Collectors.groupingBy(PlanText::kind, LinkedHashMap::new, Collectors.counting()))
        .forEach(
            (kind, count) -> line("", "%s%s", kind, count == 1 ? "" : ", " + count + " times"));
  }

  private static String kind(Parameter parameter) {
    String name = parameter.name().replaceAll("(?<=^|\\.)\\d+(?=\\.|$)", "*");
    return "%s %s %s".formatted(name, Arrays.toString(parameter.shape()), parameter.type());
  }

  private void round() {
    ForestSettings forest = settings.tree();
    int trees = forest.trees();
    heading("A round");
    line(
        "trees",
        "%d prompts x %d trees, branching %d, width %d of %d steps",
        forest.promptsPerRound(),
        forest.treesPerPrompt(),
        forest.branching(),
        forest.width(),
        settings.sampler().steps());
    line(
        "window",
        "%s",
        forest.width() == 0
            ? "none, every step is deterministic"
            : window(forest.window(), forest.width()));
    line(
        "leaves",
        "%d (%d a tree, %d a group)",
        plan.leaves(),
        plan.leaves() / trees,
        forest.groupSize());
    line("parents", "%d (%d a tree)", plan.parents(), plan.parents() / trees);
    line("edges", "%d (%d a tree)", plan.edges(), plan.edges() / trees);
    line("shares", "%d%s", forest.shares(), share(forest));
    line("speed-up", "%s", speedUp(forest));
    line(
        "rollout",
        "%.1f network evaluations on average, %d to %d by window start",
        plan.work().rolloutMean(),
        plan.work().rolloutMin(),
        plan.work().rolloutMax());
    line(
        "training",
        "%s forwards, %s backwards in %d epoch(s) of %d optimizer step(s)%s",
        count(plan.work().trainForward()),
        count(plan.work().trainBackward()),
        settings.update().epochs(),
        settings.update().stepsPerRound(),
        plan.work().reference() == 0
            ? ""
            : ", %s forwards of policies to compare with"
                .formatted(count(plan.work().reference())));
  }

  private void evaluations() {
    heading("Held-out evaluation");
    line("evaluations", "%d in the run, the base policy's included", plan.evaluations());
    line(
        "each",
        "%d prompts x %d images x %d ODE steps = %d network evaluations",
        plan.evaluatedPrompts(),
        settings.evaluation().imagesPerPrompt(),
        settings.evaluation().steps(),
        plan.evaluationWork());
  }

  private void memory() {
    MemoryEstimate memory = plan.memory();
    heading("Memory of processes, without activations and decoders");
    size("weights", memory.weights(), "as much again for each broadcast and gradient");
    size("driver", memory.driver(), "weights, base, average, two moments, gradient, broadcast");
    size(
        "executor",
        memory.executor(),
        "broadcast and decoded weights, and the frozen ones on its device");
    size("task slot", memory.taskSlot(), "network, its gradient, a share's gradient");
    size("share", memory.shareRollout(), "window states off heap, from grow to learn");
    size("round", memory.roundRollout(), "window states of all shares, over all executors");
    size("latents", memory.shareLatents(), "final latents of a share, until they are decoded");
    size(
        "reward models",
        plan.inputs().rewards().processor(),
        "weights of those on the CPU, once an executor, without what they compute");
  }

  private void device() {
    DeviceMemory device = plan.device();
    heading("Device memory of an executor with one task slot");
    size("frozen weights", device.frozen(), "as their archives have them, the decoder's too");
    size("buffers", device.buffers(), "tensors that are no parameters, of each network");
    size("trained weights", device.trained(), "with their gradients");
    size("compared with", device.compared(), "trained weights of a reference or an older policy");
    size("conditionings", device.conditionings(), "of the prompts of a share or an evaluation");
    size("reward models", device.rewards(), "weights of those on it, without what they compute");
    if (device.loading() > 0) {
      size("while it is loaded", device.loading(), "frozen weights of the network to compare with");
    }
    device
        .dearest()
        .ifPresentOrElse(
            pass ->
                line(
                    "activations",
                    "%s: %s a batch of %d, %s a row and %s whatever the batch%s",
                    Bytes.format(pass.total()),
                    pass.name(),
                    pass.rows(),
                    Bytes.format(pass.bytes().row()),
                    Bytes.format(pass.bytes().fixed()),
                    settings.update().checkpointing() == Checkpointing.OFF
                        ? ""
                        : ", activations computed again block by block"),
            () -> line("activations", "not known, policy.json has no memory"));
    size(
        "together", device.total(), device.dearest().isPresent() ? "about" : "without activations");
  }

  private void sparkMemory() {
    SparkMemory memory = SparkMemory.of(plan, 1);
    heading("To ask a cluster for, an executor of one task slot");
    line("driver", "heap %d MiB, overhead %d MiB", memory.driverHeap(), memory.driverOverhead());
    line(
        "executor",
        "heap %d MiB, overhead %d MiB",
        memory.executorHeap(),
        memory.executorOverhead());
    line("disk", "%s of each host, if it has no libtorch yet", "450 MiB and large policy files");
  }

  private void sparkJobs() {
    int shares = settings.tree().shares();
    heading("Spark jobs of a round, one stage each");
    line("grow", "min(%d shares, task slots) tasks", shares);
    line("learn", "as many tasks, where they grew; %d time(s)", settings.update().epochs());
    line("evaluate", "in %d of the rounds, and before the first", plan.evaluations() - 1);
  }

  private void files() {
    String last = RunLayout.roundName(settings.rounds());
    heading("Files in " + (settings.runDir().isEmpty() ? "the run directory" : settings.runDir()));
    line("run.json", "config.resolved.conf result.json report.html run.lock");
    line("metrics.jsonl", "%d lines", settings.rounds());
    line("evaluations.jsonl", "%d lines", plan.evaluations());
    line("events.out.tfevents.*", "TensorBoard");
    int every = settings.audit().every();
    line(
        "audit/round=*/",
        "%s",
        every == 0 ? "none" : "edges.parquet, leaves.parquet of every %d. round".formatted(every));
    line(
        "checkpoints/",
        "%d written, the last %d kept, %s each, the last one %s",
        plan.checkpoints(),
        Math.min(settings.checkpoint().keep(), plan.checkpoints()),
        Bytes.format(plan.memory().checkpoint()),
        last);
    line("samples/", "round-*.png of every evaluation");
  }

  private void resolved() {
    heading("Resolved settings, SHA-256 " + settings.resolved().sha256());
    text.append(settings.resolved().text());
  }

  private String window(WindowSettings window, int width) {
    int steps = settings.sampler().steps();
    return switch (window.strategy()) {
      case FIXED -> "fixed, starts at step %d".formatted(window.start());
      case SHIFTING ->
          "shifting, by %d every %d rounds, starts at 0 to %d"
              .formatted(window.stride(), window.period(), window.lastStart(steps, width));
      case RANDOM -> "random, starts at " + probabilities(window, steps, width);
    };
  }

  private static String probabilities(WindowSettings window, int steps, int width) {
    double[] probabilities = RandomWindow.probabilities(steps, width, window.ratio());
    StringBuilder starts = new StringBuilder();
    for (int start = 0; start < probabilities.length; start++) {
      starts
          .append(start == 0 ? "" : ", ")
          .append(String.format(Locale.ROOT, "%d (%.1f %%)", start, 100 * probabilities[start]));
    }
    return starts.toString();
  }

  /** A mean over the rounds, whole where it is. */
  private static String count(double mean) {
    return mean == Math.rint(mean)
        ? Long.toString((long) mean)
        : String.format(Locale.ROOT, "%.1f on average", mean);
  }

  private static String share(ForestSettings forest) {
    if (forest.splitsTrees()) {
      return ", each a subtree below %d window step(s)".formatted(forest.splitDepth());
    }
    int trees = forest.trees() / forest.shares();
    return trees == 1 ? ", each a tree" : ", each of %d trees".formatted(trees);
  }

  /** Of the task slots that there may be, in powers of two and as many as there are shares. */
  private String speedUp(ForestSettings forest) {
    Balance balance = new Balance(forest, forest.schedule(0, settings.sampler()));
    List<String> speedUps = new ArrayList<>();
    for (int slots = 2; slots < forest.shares(); slots *= 2) {
      speedUps.add(speedUp(balance, slots));
    }
    speedUps.add(speedUp(balance, forest.shares()));
    return String.join(", ", speedUps) + ", by evaluations alone; more slots add nothing";
  }

  private static String speedUp(Balance balance, int slots) {
    return String.format(Locale.ROOT, "%.1f on %d task slots", balance.speedUp(slots), slots);
  }

  private static String budget(BudgetSettings budget) {
    List<String> limits = new ArrayList<>();
    if (budget.seconds() > 0) {
      limits.add(budget.seconds() + " seconds");
    }
    if (budget.evaluations() > 0) {
      limits.add(budget.evaluations() + " network evaluations");
    }
    if (budget.images() > 0) {
      limits.add(budget.images() + " images");
    }
    return limits.isEmpty()
        ? "the rounds"
        : "the rounds or %s, whichever ends first".formatted(String.join(" or ", limits));
  }

  private String latent() {
    var shape = plan.inputs().policy().latentShape();
    return "[%d, %d, %d]".formatted(shape.channels(), shape.height(), shape.width());
  }

  private void heading(String title) {
    text.append(text.isEmpty() ? "" : "\n").append(title).append('\n');
  }

  private void size(String name, long bytes, String what) {
    line(name, "%s: %s", Bytes.format(bytes), what);
  }

  private void line(String name, String format, Object... values) {
    text.append(String.format(Locale.ROOT, "  %-22s ", name))
        .append(String.format(Locale.ROOT, format, values))
        .append('\n');
  }
}

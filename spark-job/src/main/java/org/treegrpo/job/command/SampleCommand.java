package org.treegrpo.job.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.treegrpo.job.cli.CliCommand;
import org.treegrpo.job.cli.CommandContext;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.cli.PolicyOptions;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;
import org.treegrpo.job.train.ImageSampler;
import org.treegrpo.job.train.InvalidInputException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Draws one image. */
@Command(name = "sample", description = "Draws one image.")
public final class SampleCommand extends CliCommand {

  @Mixin private PolicyOptions policy;

  @Option(names = "--prompt", required = true, paramLabel = "TEXT", description = "What to draw.")
  private String prompt;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "PNG file to write; *.safetensors for the latent and the image as numbers.")
  private Path out;

  @Override
  protected int run(CommandContext context) throws IOException {
    TrainSettings settings = context.settingsOr(policy.runDir(), Use.SAMPLE);
    requireFile(out);
    ImageSampler.draw(settings, policy.choice(), context.hadoop(), prompt, out);
    context.out().println(out);
    return ExitCodes.DONE;
  }

  private static void requireFile(Path out) {
    String problem = null;
    Path parent = out.toAbsolutePath().getParent();
    if (Files.isDirectory(out)) {
      problem = "it is a directory";
    } else if (parent == null || !Files.isDirectory(parent)) {
      problem = "there is no directory " + parent;
    }
    if (problem != null) {
      throw new InvalidInputException(
          "--out: %s must be a PNG file to write, in a directory that is there; %s; name a file such as sample.png"
              .formatted(out, problem));
    }
  }
}

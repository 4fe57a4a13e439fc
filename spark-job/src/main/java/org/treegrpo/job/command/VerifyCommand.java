package org.treegrpo.job.command;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.treegrpo.job.checkpoint.CheckpointException;
import org.treegrpo.job.checkpoint.CheckpointStore;
import org.treegrpo.job.cli.CliCommand;
import org.treegrpo.job.cli.CommandContext;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.train.InvalidInputException;
import org.treegrpo.job.train.RunPlace;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Checks a checkpoint, or every checkpoint of a run directory, against its manifest. */
@Command(name = "verify", description = "Checks checkpoints against their manifests.")
public final class VerifyCommand extends CliCommand {

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "A checkpoint, or a run directory. Default: treegrpo.run-dir of --config.")
  private Optional<String> directory;

  @Override
  protected int run(CommandContext context) throws IOException {
    RunDirectory run = RunPlace.of("DIR", context.directory(directory), context.hadoop());
    CheckpointStore store = new CheckpointStore(run);
    if (!run.fs().exists(run.root())) {
      throw new InvalidInputException(
          "DIR: %s must be a checkpoint or the directory of a run; there is none"
              .formatted(run.root()));
    }
    if (!run.fs().exists(run.checkpoints())) {
      return verify(store, run.root(), context.out());
    }
    int worst = ExitCodes.DONE;
    for (FileStatus checkpoint : run.fs().listStatus(run.checkpoints())) {
      worst = Math.max(worst, verify(store, checkpoint.getPath(), context.out()));
    }
    return worst;
  }

  private static int verify(CheckpointStore store, Path checkpoint, PrintStream out)
      throws IOException {
    try {
      CheckpointStore.Verified verified = store.verify(checkpoint);
      out.printf(
          "%s: valid, round %d, weights %s%n",
          checkpoint, verified.state().round(), verified.state().weightsSha256());
      return ExitCodes.DONE;
    } catch (CheckpointException e) {
      out.println(e.getMessage());
      return ExitCodes.FAILED;
    }
  }
}

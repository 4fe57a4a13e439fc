package org.treegrpo.job.command;

import java.io.IOException;
import org.treegrpo.job.cli.CliCommand;
import org.treegrpo.job.cli.CommandContext;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.pretrain.Pretrainer;
import org.treegrpo.job.settings.Use;
import picocli.CommandLine.Command;

/** Makes the base policy of the spelling task. */
@Command(name = "pretrain", description = "Makes the base policy of the spelling task.")
public final class PretrainCommand extends CliCommand {

  @Override
  protected int run(CommandContext context) throws IOException {
    Pretrainer.run(context.settings(Use.PRETRAIN), context.out());
    return ExitCodes.DONE;
  }
}

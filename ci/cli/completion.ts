import { command, type MakeCommand } from './command.ts'
import { completionScript, shells, type Shell } from './completion-script.ts'

/** `loadline completion SHELL`: prints a completion script generated from the command line itself. */
export const make: MakeCommand = (name, call) =>
  command<object, [shell: Shell]>({
    operands: [{ spelling: '<shell>', description: 'shell to complete for', choices: shells }],
    more: `Examples:
  loadline completion bash > /etc/bash_completion.d/loadline
  loadline completion zsh >> ~/.zshrc
  loadline completion fish > ~/.config/fish/completions/loadline.fish`,
    async run(_, shell) {
      process.stdout.write(completionScript(await call.whole(), shell))
      return 0
    },
  })(name, call)

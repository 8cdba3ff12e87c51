/**
 * Arguments that start a program in a mount namespace of its own. Its mounts end with it, however it exits: removing a
 * root can then never delete files through one.
 */
export const OWN_NAMESPACE = ['unshare', '--mount', '--pid', '--fork', '--kill-child'] as const
